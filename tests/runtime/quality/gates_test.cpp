#include "runtime/quality/gates.hpp"

#include <doctest/doctest.h>

#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::gates_test {

using namespace cohort;
using namespace cohort::runtime::quality;
using cohort::runtime::analysis::gather;
using cohort::tests::make_error;
using cohort::tests::make_unit;

namespace {

pb::UnitReport with_tool(pb::UnitReport report, std::string tool) {
  report.set_tool(std::move(tool));
  return report;
}

pb::UnitReport broken(const std::string& unit) {
  return make_unit(unit, {}, {make_error(unit, 7)});
}

pb::TestReport test_report(std::vector<std::pair<std::string, bool>> cases,
                           std::string failure = {}) {
  pb::TestReport report;
  report.set_available(true);
  report.set_failure(std::move(failure));
  for (auto& [name, passes] : cases) {
    auto& added = *report.add_cases();
    added.set_name(name);
    added.set_passed(passes);
  }
  return report;
}

bool mentions(const pb::GateReport& report, std::string_view text) {
  return report.details().find(text) != std::string::npos;
}

} // namespace

TEST_CASE("everything compiles: pass, with the count of checks") {
  auto before = gather("b", {broken("a.cc"), make_unit("b.cc")});
  auto after = gather("a", {make_unit("a.cc"), make_unit("b.cc")});
  auto report = judge_compilation(before, after);
  CHECK(report.kind() == pb::GATE_KIND_COMPILATION);
  CHECK(report.verdict() == pb::GATE_VERDICT_PASS);
  CHECK(report.score() == 1);
  CHECK(report.details() == "2 of 2 checks pass (2 units, 1 compiler)");
  CHECK(report.suggestions().empty());
}

TEST_CASE("still rejected: a warning that names place and message") {
  auto before = gather("b", {broken("a.cc"), make_unit("b.cc")});
  auto report = judge_compilation(before, before);
  CHECK(report.verdict() == pb::GATE_VERDICT_WARNING);
  CHECK(report.score() == doctest::Approx(0.5));
  REQUIRE(report.suggestions_size() == 1);
  CHECK(report.suggestions(0).find("a.cc:7: 'x' was not") != std::string::npos);
}

TEST_CASE("a unit that compiled before and does not now fails the gate") {
  auto before = gather("b", {broken("a.cc"), make_unit("b.cc")});
  auto after = gather("a", {make_unit("a.cc"), broken("b.cc")});
  CHECK(judge_compilation(before, after).verdict() == pb::GATE_VERDICT_FAIL);
  CHECK(broken_units(before, after) == std::vector<std::string>{"b.cc"});
}

TEST_CASE("a pair that is missing or without verdict is not accepted") {
  auto both
    = gather("b", {make_unit("a.cc"), with_tool(make_unit("a.cc"), "clang")});
  auto one = gather("a", {make_unit("a.cc")});
  CHECK(broken_units(both, one) == std::vector<std::string>{"a.cc"});
  CHECK(broken_units(both, {}) == std::vector<std::string>{"a.cc"});
  auto crashed = make_unit("a.cc");
  crashed.set_ok(false);
  crashed.set_failure("the compiler crashed");
  auto report = judge_compilation(one, gather("a", {crashed}));
  CHECK(report.verdict() == pb::GATE_VERDICT_FAIL);
  CHECK(report.suggestions(0).find("the compiler crashed")
        != std::string::npos);
}

TEST_CASE("what one compiler rejected before is not broken by the other") {
  auto before = gather("b",
                       {broken("a.cc"), with_tool(make_unit("a.cc"), "clang")});
  auto after = gather("a",
                      {broken("a.cc"), with_tool(broken("a.cc"), "clang")});
  CHECK(broken_units(before, after).empty());
  CHECK(judge_compilation(before, after).verdict() == pb::GATE_VERDICT_WARNING);
}

TEST_CASE("nothing checked is not measured") {
  CHECK(judge_compilation({}, {}).verdict() == pb::GATE_VERDICT_NOT_MEASURED);
}

TEST_CASE("a change outside the scope fails") {
  pb::Scope scope;
  scope.add_include("src/**");
  auto report = judge_scope(scope, {"src/a.cc", "lib/b.cc"});
  CHECK(report.verdict() == pb::GATE_VERDICT_FAIL);
  CHECK(report.score() == doctest::Approx(0.5));
  CHECK(mentions(report, "lib/b.cc"));
  CHECK(judge_scope(scope, {"src/a.cc"}).verdict() == pb::GATE_VERDICT_PASS);
  CHECK(judge_scope(scope, {}).verdict() == pb::GATE_VERDICT_PASS);
  CHECK(judge_scope({}, {"/etc/passwd"}).verdict() == pb::GATE_VERDICT_FAIL);
  CHECK(judge_scope({}, {"a/../../b"}).verdict() == pb::GATE_VERDICT_FAIL);
}

TEST_CASE("tests against the base") {
  auto before = test_report({{"a", true}, {"b", false}, {"c", true}});
  auto verdict = [&](const pb::TestReport& after) {
    return judge_tests(before, after).verdict();
  };
  CHECK(verdict(test_report({{"a", true}, {"b", true}, {"c", true}}))
        == pb::GATE_VERDICT_PASS);
  CHECK(verdict(test_report({{"a", true}, {"b", false}, {"c", true}}))
        == pb::GATE_VERDICT_WARNING);
  CHECK(verdict(test_report({{"a", true}, {"c", true}, {"new", false}}))
        == pb::GATE_VERDICT_WARNING);
  CHECK(verdict(test_report({{"a", false}, {"b", false}, {"c", true}}))
        == pb::GATE_VERDICT_FAIL);
  CHECK(verdict(test_report({{"a", true}, {"b", true}}))
        == pb::GATE_VERDICT_FAIL);
  CHECK(verdict(test_report({})) == pb::GATE_VERDICT_FAIL);
  CHECK(verdict(test_report({}, "the build failed")) == pb::GATE_VERDICT_FAIL);
  CHECK(verdict(test_report({{"a", true}, {"a", false}, {"c", true}}))
        == pb::GATE_VERDICT_FAIL);
  auto gone = judge_tests(before, test_report({{"a", true}, {"b", true}}));
  CHECK(mentions(gone, "2 of 3 tests pass; gone: c"));
}

TEST_CASE("a project that lost its tests fails") {
  auto report = judge_tests(test_report({{"a", true}}), {});
  CHECK(report.verdict() == pb::GATE_VERDICT_FAIL);
}

TEST_CASE("without a base every test must pass") {
  CHECK(judge_tests(std::nullopt, test_report({{"a", true}})).verdict()
        == pb::GATE_VERDICT_PASS);
  CHECK(judge_tests(std::nullopt, test_report({{"a", true}, {"b", false}}))
          .verdict()
        == pb::GATE_VERDICT_FAIL);
  CHECK(
    judge_tests(test_report({}, "did not build"), test_report({{"a", false}}))
      .verdict()
    == pb::GATE_VERDICT_FAIL);
  CHECK(
    judge_tests(std::nullopt, test_report({}, "undefined reference")).verdict()
    == pb::GATE_VERDICT_FAIL);
}

TEST_CASE("tests that cannot be had are not measured") {
  CHECK(judge_tests(std::nullopt, {}).verdict()
        == pb::GATE_VERDICT_NOT_MEASURED);
  CHECK(judge_tests(std::nullopt, test_report({})).verdict()
        == pb::GATE_VERDICT_NOT_MEASURED);
  auto still_broken = test_report({}, std::string{units_have_errors});
  CHECK(judge_tests(std::nullopt, still_broken).verdict()
        == pb::GATE_VERDICT_NOT_MEASURED);
}

TEST_CASE(
  "a test that passes in one of its runs is flaky, and breaks nothing") {
  auto before = test_report({{"a", true}, {"b", true}});
  auto after = test_report({{"a", true}, {"b", false}});
  after.mutable_cases(1)->set_runs(1);
  after.mutable_cases(1)->set_failures(1);
  CHECK(judge_tests(before, after).verdict() == pb::GATE_VERDICT_FAIL);
  CHECK(tests_objected_to(judge_tests(before, after), broken_test)
        == std::vector<std::string>{"b"});

  pb::TestReport more;
  auto& again = *more.add_cases();
  again.set_name("b");
  again.set_runs(2);
  again.set_failures(1);
  add_runs(after, more);
  auto report = judge_tests(before, after);
  CHECK(report.verdict() == pb::GATE_VERDICT_WARNING);
  CHECK(mentions(report, "flaky: b"));
  CHECK(tests_objected_to(report, broken_test).empty());
  CHECK(tests_objected_to(report, flaky_test) == std::vector<std::string>{"b"});
}

TEST_CASE("a test that was flaky before breaks nothing either") {
  auto before = test_report({{"a", false}});
  before.mutable_cases(0)->set_runs(3);
  before.mutable_cases(0)->set_failures(1);
  auto after = test_report({{"a", false}});
  auto report = judge_tests(before, after);
  CHECK(report.verdict() == pb::GATE_VERDICT_WARNING);
  CHECK(mentions(report, "flaky: a"));
}

TEST_CASE("what is only shown fails nothing") {
  pb::GateReport report;
  report.set_verdict(pb::GATE_VERDICT_FAIL);
  CHECK_FALSE(passed({report}));
  report.set_advisory(true);
  CHECK(passed({report}));
}

} // namespace cohort::tests::gates_test
