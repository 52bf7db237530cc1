#include "runtime/council/ablation/trial.hpp"

#include <doctest/doctest.h>

#include "runtime/decomposition/decompose.hpp"

namespace cohort::tests::ablation_test {

using namespace cohort::runtime::council;
using namespace cohort::runtime::council::ablation;

namespace {

constexpr uint64_t seed = 21;

double caught(const tally& found) {
  size_t cases = 0;
  size_t caught = 0;
  for (auto& entry : found.faults) {
    cases += entry.second.cases;
    caught += entry.second.refused + entry.second.repaired;
  }
  return static_cast<double>(caught) / static_cast<double>(cases);
}

} // namespace

TEST_CASE("made-up plans keep the invariants, and are the same each time") {
  auto cases = make_cases(48, seed);
  auto again = make_cases(48, seed);
  REQUIRE(cases.size() == 48);
  size_t good = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    auto& each = cases[i];
    CHECK(each.plan.SerializeAsString() == again[i].plan.SerializeAsString());
    CHECK(cohort::runtime::decomposition::check_invariants(
            each.plan, each.where.evidence, {}, plan_limits())
            .empty());
    auto happened = simulate(each.where, each.plan);
    CHECK(is_good(happened, each.reference, each.sequential)
          == (each.what == fault::none));
    good += each.what == fault::none ? 1 : 0;
  }
  CHECK(good == 24);
}

TEST_CASE(
  "most faults are refused or repaired, hardly a good plan is refused") {
  auto cases = make_cases(96, seed);
  auto found = try_council(cases, judges_without(""));
  CHECK(caught(found) >= 0.9);
  CHECK(found.good_refused <= 2);
  CHECK(found.good_spoiled <= 2);
  CHECK(found.faults.size() == planted.size());
}

TEST_CASE("each judge is worth something, and so is the council") {
  auto cases = make_cases(96, seed);
  auto all = caught(try_council(cases, judges_without("")));
  for (auto& judge : judges()) {
    CAPTURE(judge.name);
    CHECK(caught(try_council(cases, judges_without(judge.name))) < all);
  }
  CHECK(caught(without_council(cases)) == 0);
}

TEST_CASE("no plan that breaks an invariant is approved") {
  auto broken = make_broken_cases(40, seed);
  auto found = try_council(broken, judges_without(""));
  CHECK(found.good == 40);
  CHECK(found.good_refused == 40);
}

} // namespace cohort::tests::ablation_test
