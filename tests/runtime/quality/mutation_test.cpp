#include "runtime/quality/mutation.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::mutation_test {

using namespace cohort::runtime::quality;

namespace {

/// A plan with mutants 1 to `count`, all reached by the test "t".
pb::MutationPlan plan_of(uint32_t count) {
  pb::MutationPlan plan;
  plan.set_available(true);
  plan.set_found(count);
  auto& test = *plan.add_tests();
  test.set_name("t");
  for (uint32_t id = 1; id <= count; ++id) {
    auto& mutant = *plan.add_mutants();
    mutant.set_id(id);
    mutant.set_file("a.cpp");
    mutant.set_line(id);
    mutant.set_original("<");
    mutant.set_replacement("<=");
    test.add_reaches(id);
  }
  return plan;
}

std::vector<pb::MutantVerdict>
verdicts_of(const pb::MutationPlan& plan,
            const std::vector<pb::MutantOutcome>& outcomes) {
  std::vector<pb::MutantVerdict> result;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    auto& one = result.emplace_back();
    *one.mutable_mutant() = plan.mutants(static_cast<int>(i));
    one.set_outcome(outcomes[i]);
    one.add_tests("t");
  }
  return result;
}

constexpr auto killed = pb::MUTANT_OUTCOME_KILLED;
constexpr auto timed_out = pb::MUTANT_OUTCOME_TIMED_OUT;
constexpr auto survived = pb::MUTANT_OUTCOME_SURVIVED;
constexpr auto stillborn = pb::MUTANT_OUTCOME_STILLBORN;
constexpr auto failed = pb::MUTANT_OUTCOME_FAILED;

} // namespace

TEST_CASE("Wilson's interval") {
  auto half = wilson_interval(50, 100);
  CHECK(half.share == 0.5);
  CHECK(half.low == doctest::Approx(0.4038).epsilon(0.001));
  CHECK(half.high == doctest::Approx(0.5962).epsilon(0.001));
  auto none = wilson_interval(0, 10);
  CHECK(none.low == doctest::Approx(0));
  CHECK(none.high == doctest::Approx(0.2775).epsilon(0.001));
  CHECK(wilson_interval(10, 10).high == doctest::Approx(1));
  CHECK(wilson_interval(0, 0).high == 1);
}

TEST_CASE("killed and timed out count, what survived is told") {
  auto plan = plan_of(4);
  auto report = judge_mutation(
    0.7, plan, verdicts_of(plan, {killed, survived, timed_out, killed}));
  CHECK(report.kind() == pb::GATE_KIND_MUTATION);
  CHECK(report.verdict() == pb::GATE_VERDICT_PASS);
  CHECK(report.score() == 0.75);
  CHECK(report.threshold() == 0.7);
  CHECK(report.details() == "3 of 4 mutants killed (1 by a time-out)");
  REQUIRE(report.objections_size() == 1);
  CHECK(report.objections(0).rule() == "survived-mutant");
  CHECK(report.objections(0).location().line() == 2);
  CHECK(report.objections(0).message() == "with `<=` for `<` no test fails: t");
  REQUIRE(report.suggestions_size() == 1);
  CHECK(report.suggestions(0) == "test what happens at a.cpp:2");
  CHECK(judge_mutation(0.76, plan,
                       verdicts_of(plan, {killed, survived, timed_out, killed}))
          .verdict()
        == pb::GATE_VERDICT_FAIL);
}

TEST_CASE("what is not reached or does not compile is no part of the score") {
  auto plan = plan_of(5);
  auto& reached = *plan.mutable_tests(0)->mutable_reaches();
  reached.RemoveLast();
  plan.set_stillborn(2);
  plan.set_found(7);
  plan.set_equivalent(3);
  auto report = judge_mutation(
    0.7, plan, verdicts_of(plan, {killed, killed, killed, stillborn}));
  CHECK(report.verdict() == pb::GATE_VERDICT_PASS);
  CHECK(report.score() == 1);
  CHECK(report.details()
        == "3 of 3 mutants killed; 1 not reached by any test (75 % if they "
           "counted); 3 do not compile; 3 change nothing");
}

TEST_CASE("of a sample the interval is told") {
  auto plan = plan_of(4);
  plan.set_found(100);
  auto report = judge_mutation(
    0.5, plan, verdicts_of(plan, {killed, killed, survived, survived}));
  CHECK(report.details()
        == "2 of 4 mutants killed, of all 100 probably 15 % to 85 %");
}

TEST_CASE("a mutant without a verdict was not tried") {
  auto plan = plan_of(3);
  auto report = judge_mutation(0.5, plan, verdicts_of(plan, {killed, killed}));
  CHECK(report.verdict() == pb::GATE_VERDICT_PASS);
  CHECK(report.details() == "2 of 2 mutants killed; 1 could not be tried");
  report = judge_mutation(0.5, plan,
                          verdicts_of(plan, {killed, failed, failed}));
  CHECK(report.verdict() == pb::GATE_VERDICT_FAIL);
}

TEST_CASE("not measured: no tests, nothing to mutate, nothing reached") {
  auto is_unmeasured = [](const pb::MutationPlan& plan) {
    auto report = judge_mutation(0.5, plan, {});
    return report.verdict() == pb::GATE_VERDICT_NOT_MEASURED
           && report.threshold() == 0.5;
  };
  auto plan = plan_of(2);
  plan.mutable_tests(0)->clear_reaches();
  CHECK(is_unmeasured(plan));
  plan.clear_tests();
  CHECK(is_unmeasured(plan));
  CHECK(is_unmeasured(plan_of(0)));
  CHECK(is_unmeasured({}));
}

TEST_CASE("a plan that failed fails the gate with its reason") {
  auto plan = plan_of(2);
  plan.set_failure("the build failed");
  auto report = judge_mutation(0.5, plan, {});
  CHECK(report.verdict() == pb::GATE_VERDICT_FAIL);
  CHECK(report.details() == "no mutant could be tried: the build failed");
}

TEST_CASE("long code is cut, and stands on one line") {
  auto plan = plan_of(1);
  plan.mutable_mutants(0)->set_original("call(a,\n     " + std::string(100, 'x')
                                        + ')');
  plan.mutable_mutants(0)->set_replacement("");
  auto report = judge_mutation(0.5, plan, verdicts_of(plan, {survived}));
  auto& message = report.objections(0).message();
  CHECK(message.find('\n') == std::string::npos);
  CHECK(message.starts_with("without `call(a,"));
  CHECK(message.ends_with("...` no test fails: t"));
}

} // namespace cohort::tests::mutation_test
