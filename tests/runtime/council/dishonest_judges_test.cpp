#include <algorithm>
#include <limits>
#include <random>

#include <doctest/doctest.h>

#include "runtime/council/measures.hpp"
#include "runtime/council/review.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "tests/support/evidence_builder.hpp"

/// Any two of five judges may be broken or lie, each in its own way in each
/// round.
namespace cohort::tests::dishonest_judges_test {

using namespace cohort;
using namespace cohort::runtime::council;
using cohort::runtime::analysis::gather;

namespace {

constexpr uint32_t seeds = 150;

using random_source = std::mt19937;

std::string any_id(random_source& random) {
  return random() % 5 == 0 ? "unknown" : "s" + std::to_string(1 + random() % 8);
}

void invent_findings(pb::Verdict& verdict, random_source& random) {
  for (auto n = 1 + random() % 6; n > 0; --n) {
    auto& finding = *verdict.add_findings();
    finding.set_kind(pb::FindingKind(1 + random() % 6));
    finding.set_severity(1);
    for (auto named = random() % 3; named > 0; --named)
      finding.add_subtasks(any_id(random));
  }
}

void invent_amendments(pb::Verdict& verdict, random_source& random) {
  for (auto n = 1 + random() % 20; n > 0; --n) {
    auto& amendment = *verdict.add_amendments();
    amendment.set_kind(pb::AmendmentKind(1 + random() % 5));
    amendment.set_first(any_id(random));
    amendment.set_second(any_id(random));
    amendment.mutable_specialty()->set_kind(pb::SpecialtyKind(random() % 10));
  }
}

/// What a judge of that name says when it does not mean it.
std::optional<pb::Verdict> dishonest(const pb::JudgeRequest& request,
                                     std::string_view name,
                                     random_source& random) {
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  pb::Verdict verdict;
  verdict.set_review(request.review());
  verdict.set_round(request.round());
  verdict.set_judge(std::string{name});
  verdict.set_probability(1);
  verdict.set_weight(std::numeric_limits<double>::max());
  verdict.set_opinion(pb::Opinion(1 + random() % 3));
  switch (random() % 9) {
    case 0:
      return std::nullopt; // Late, or dead.
    case 1:
      verdict.set_probability(nan);
      break;
    case 2:
      verdict.set_weight(-1);
      break;
    case 3:
      verdict.set_probability(17);
      break;
    case 4:
      verdict.set_opinion(pb::Opinion(random() % 100));
      break;
    case 5:
      verdict.set_round(request.round() + 1);
      break;
    default:
      break; // A verdict in good form.
  }
  invent_findings(verdict, random);
  invent_amendments(verdict, random);
  return verdict;
}

/// The standing judges, some of whom are not themselves.
std::vector<verdict_source>
council_with(const std::vector<size_t>& dishonest_ones, random_source& random) {
  std::vector<verdict_source> result;
  for (size_t i = 0; i < judges().size(); ++i) {
    auto& judge = judges()[i];
    if (std::count(dishonest_ones.begin(), dishonest_ones.end(), i) == 0)
      result.emplace_back(judge.decide);
    else
      result.emplace_back([&random, &judge](const pb::JudgeRequest& request) {
        return dishonest(request, judge.name, random);
      });
  }
  return result;
}

std::vector<size_t> any_two(random_source& random) {
  std::vector<size_t> all{0, 1, 2, 3, 4};
  std::shuffle(all.begin(), all.end(), random);
  return {all[0], all[1]};
}

pb::ReviewRequest good_plan(uint32_t seed) {
  pb::ReviewRequest request;
  request.set_workers(2);
  *request.mutable_evidence() = gather("t", tests::random_reports(seed));
  *request.mutable_decomposition()
    = *runtime::decomposition::decompose({}, request.evidence(), {}, 1, {});
  return request;
}

/// Two headers that `units` units read both, apart; and sources in good order.
pb::ReviewRequest clashing_plan(uint32_t seed) {
  random_source random{seed};
  std::vector<pb::UnitReport> reports;
  for (auto n = 1 + random() % 4; n > 0; --n)
    reports.push_back(tests::make_unit(
      "u" + std::to_string(n) + ".cc", {"x.hpp", "y.hpp"},
      {tests::make_error("x.hpp", 1), tests::make_error("y.hpp", 2)}));
  for (int i = 3; i <= 6; ++i)
    reports.push_back(tests::make_unit(
      "z" + std::to_string(i) + ".cc", {},
      {tests::make_error("z" + std::to_string(i) + ".cc", 1)}));
  pb::ReviewRequest request;
  request.set_workers(4);
  *request.mutable_evidence() = gather("t", reports);
  auto& evidence = request.evidence();
  for (int i = 0; i < evidence.diagnostics_size(); ++i) {
    auto& subtask = *request.mutable_decomposition()->add_subtasks();
    subtask.set_id("s" + std::to_string(i + 1));
    subtask.add_files(evidence.diagnostics(i).location().file());
    subtask.add_diagnostics(static_cast<uint32_t>(i));
    subtask.set_effort_seconds(10);
  }
  return request;
}

constexpr size_t conflict_judge = 1;

} // namespace

TEST_CASE("two of five judges can neither block a good plan nor change it") {
  REQUIRE(judges()[conflict_judge].name == "conflict");
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    auto request = good_plan(seed);
    if (measure_granularity(request).small.size() > 1
        || measure_balance(request).is_uneven())
      continue; // Something can be shown against it.
    random_source random{seed};
    auto council = council_with(any_two(random), random);
    auto outcome = review(request, council, {}, {});
    CAPTURE(outcome.reason());
    CHECK(outcome.approved());
    CHECK(outcome.decomposition().SerializeAsString()
          == request.decomposition().SerializeAsString());
  }
}

TEST_CASE("two of five judges cannot pass a bad plan that another one sees") {
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    random_source random{seed};
    auto liars = any_two(random);
    if (std::count(liars.begin(), liars.end(), conflict_judge) > 0)
      continue; // Nobody else looks for it.
    auto request = clashing_plan(seed);
    REQUIRE(!find_clashes(request).empty());
    auto outcome = review(request, council_with(liars, random), {}, {});
    CAPTURE(outcome.reason());
    *request.mutable_decomposition() = outcome.decomposition();
    CHECK((!outcome.approved() || find_clashes(request).empty()));
  }
}

TEST_CASE("two of five judges cannot keep the others from mending a plan") {
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    random_source random{seed};
    auto liars = any_two(random);
    if (std::count(liars.begin(), liars.end(), conflict_judge) > 0)
      continue;
    auto request = clashing_plan(seed);
    REQUIRE(review(request, council_with({}, random), {}, {}).approved());
    auto outcome = review(request, council_with(liars, random), {}, {});
    CAPTURE(outcome.reason());
    CHECK(outcome.approved());
  }
}

TEST_CASE("no judge can pass a plan that breaks an invariant") {
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    auto request = clashing_plan(seed);
    random_source random{seed};
    auto& plan = *request.mutable_decomposition();
    switch (random() % 4) {
      case 0:
        plan.mutable_subtasks()->RemoveLast();
        break;
      case 1:
        plan.mutable_subtasks(0)->add_depends_on()->set_subtask_id("s1");
        break;
      case 2:
        plan.mutable_subtasks(1)->add_files("/etc/passwd");
        break;
      default:
        plan.mutable_subtasks(1)->add_files(plan.subtasks(0).files(0));
    }
    auto outcome = review(request, council_with({0, 1, 2, 3, 4}, random), {},
                          {});
    CHECK(!outcome.approved());
  }
}

TEST_CASE("a review with a majority of liars ends, and never breaks a plan") {
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    auto request = good_plan(seed);
    random_source random{seed};
    auto outcome = review(request, council_with({0, 1, 2, 3}, random), {}, {});
    CHECK(runtime::decomposition::check_invariants(outcome.decomposition(),
                                                   request.evidence(), {}, {})
            .empty());
  }
}

} // namespace cohort::tests::dishonest_judges_test
