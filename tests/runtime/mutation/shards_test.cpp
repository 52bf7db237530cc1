#include "runtime/mutation/shards.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace cohort::tests::shards_test {

using namespace cohort::runtime::mutation;

namespace {

/// Mutants 1 to `count`, those from `rebuilt` on need a rebuild; test "slow"
/// reaches all that are even, "fast" all that 3 divides.
pb::MutationPlan plan_of(uint32_t count, uint32_t rebuilt = 1000) {
  pb::MutationPlan plan;
  plan.set_tree("mutated");
  auto& fast = *plan.add_tests();
  fast.set_name("fast");
  fast.set_seconds(0.1);
  auto& slow = *plan.add_tests();
  slow.set_name("slow");
  slow.set_seconds(0.8);
  std::swap(*plan.mutable_tests(0), *plan.mutable_tests(1));
  for (uint32_t id = 1; id <= count; ++id) {
    auto& mutant = *plan.add_mutants();
    mutant.set_id(id);
    mutant.set_needs_rebuild(id >= rebuilt);
    if (id % 2 == 0)
      plan.mutable_tests(0)->add_reaches(id);
    if (id % 3 == 0)
      plan.mutable_tests(1)->add_reaches(id);
  }
  return plan;
}

std::vector<uint32_t> ids_of(const std::vector<shard>& shards) {
  std::vector<uint32_t> result;
  for (auto& one : shards)
    for (auto& trial : one.unit.trials())
      result.push_back(trial.mutant().id());
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace

TEST_CASE(
  "a mutant's tests, the fastest first; without any there is no trial") {
  auto trials = trials_of(plan_of(6));
  std::string listed;
  for (auto& one : trials) {
    listed += std::to_string(one.mutant().id());
    for (auto& test : one.tests())
      listed += ' ' + test;
    listed += '\n';
  }
  CHECK(listed == "2 slow\n3 fast\n4 slow\n6 fast slow\n");
}

TEST_CASE("what needs a rebuild gets all tests") {
  auto trials = trials_of(plan_of(1, 1));
  REQUIRE(trials.size() == 1);
  CHECK(trials[0].tests_size() == 2);
}

TEST_CASE("the prediction halves with each test") {
  auto seconds = [](const pb::MutationPlan& plan) {
    return make_shards(plan, "plain", 1, 9).at(0).predicted_seconds;
  };
  CHECK(seconds(plan_of(2)) == doctest::Approx(0.805));
  auto both = plan_of(6);
  both.mutable_mutants()->DeleteSubrange(0, 5);
  CHECK(seconds(both) == doctest::Approx(0.5075));
  CHECK(seconds(plan_of(1, 1)) == doctest::Approx(9.5075));
}

TEST_CASE("shards hold each trial once, and are balanced") {
  auto plan = plan_of(300);
  auto shards = make_shards(plan, "plain", 4, 5);
  REQUIRE(shards.size() == 4);
  CHECK(ids_of(shards).size() == trials_of(plan).size());
  double sum = 0;
  double longest = 0;
  for (auto& one : shards) {
    CHECK(one.tree == "mutated");
    CHECK(one.unit.plain_tree() == "plain");
    CHECK(one.unit.tests_size() == 2);
    CHECK(one.unit.tests(0).reaches().empty());
    sum += one.predicted_seconds;
    longest = std::max(longest, one.predicted_seconds);
  }
  CHECK(longest / (sum / 4) < 1.05);
}

TEST_CASE("those that are rebuilt are by themselves, on the plain tree") {
  auto shards = make_shards(plan_of(12, 11), "plain", 1, 5);
  REQUIRE(shards.size() == 2);
  CHECK(shards[0].tree == "mutated");
  CHECK(shards[1].tree == "plain");
  CHECK(ids_of({shards[1]}) == std::vector<uint32_t>{11, 12});
  CHECK(make_shards(plan_of(12, 1), "plain", 4, 5).size() == 4);
}

TEST_CASE("no more shards than trials") {
  CHECK(make_shards(plan_of(3), "plain", 8, 5).size() == 2);
  CHECK(make_shards(plan_of(0), "plain", 8, 5).empty());
}

} // namespace cohort::tests::shards_test
