#include "runtime/chaos/plan.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::chaos_plan_test {

using namespace cohort::runtime::chaos;
using cohort::runtime::errc;

namespace {

std::vector<strike> strikes_of(std::string_view text,
                               place where = place::run) {
  auto parsed = plan::parse(text, where);
  REQUIRE(parsed);
  return parsed->strikes();
}

std::string refusal_of(std::string_view text, place where = place::run) {
  auto parsed = plan::parse(text, where);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == errc::invalid_request);
  return parsed.error().message;
}

} // namespace

TEST_CASE("a plan says what goes wrong, and when") {
  auto parsed = plan::parse("7:kill-worker@3,hang-worker@5,kill-worker@9",
                            place::run);
  REQUIRE(parsed);
  CHECK(parsed->strikes(fault::kill_worker, 3));
  CHECK(parsed->strikes(fault::kill_worker, 9));
  CHECK(parsed->strikes(fault::hang_worker, 5));
  CHECK_FALSE(parsed->strikes(fault::kill_worker, 5));
  CHECK_FALSE(parsed->holds(fault::hang_worker, 4));
  CHECK(parsed->holds(fault::hang_worker, 5));
  CHECK(parsed->holds(fault::hang_worker, 6));
  CHECK_FALSE(parsed->holds(fault::fail_disk, 100));
}

TEST_CASE("the seed says when, where the text does not") {
  auto text = ":kill-worker,hang-worker,fail-disk";
  std::vector<std::vector<strike>> plans;
  for (int seed = 0; seed < 20; ++seed) {
    auto drawn = strikes_of(std::to_string(seed) + text);
    CHECK(drawn == strikes_of(std::to_string(seed) + text));
    for (auto& one : drawn) {
      CHECK(one.at >= 1);
      CHECK(one.at <= 10);
    }
    plans.push_back(drawn);
  }
  CHECK(plans[0] != plans[1]);
}

TEST_CASE("a moment that is given leaves the others where they were") {
  auto drawn = strikes_of("4:kill-worker,hang-worker");
  auto given = strikes_of("4:kill-worker@77,hang-worker");
  CHECK(given[0].at == 77);
  CHECK(given[1] == drawn[1]);
}

TEST_CASE("a node has other faults than a run") {
  CHECK(strikes_of("1:slow-node,drop-link@2,kill-worker@4", place::node)
        == std::vector<strike>{{fault::slow_node, 1},
                               {fault::drop_link, 2},
                               {fault::kill_worker, 4}});
  CHECK(refusal_of("1:slow-node")
        == "--chaos 1:slow-node: slow-node needs a node: give it to `cohort "
           "node`; expected SEED:FAULT,..., with a number for a seed, of "
           "kill-worker[@N], hang-worker[@N], fail-disk[@N]");
  CHECK(refusal_of("1:fail-disk", place::node)
        == "--chaos 1:fail-disk: fail-disk needs a journal, which a node has "
           "not: give it to `cohort run`; expected SEED:FAULT,..., with a "
           "number for a seed, of kill-worker[@N], hang-worker[@N], slow-node, "
           "drop-link[@N]");
}

TEST_CASE("what is no plan is refused with the reason") {
  auto says = [](std::string_view text, std::string_view why) {
    CAPTURE(text);
    return refusal_of(text, place::node).find(why) != std::string::npos;
  };
  CHECK(says("", "it does not begin with a seed"));
  CHECK(says("kill-worker", "it does not begin with a seed"));
  CHECK(says("-1:kill-worker", "it does not begin with a seed"));
  CHECK(says("99999999999999999999:kill-worker", "does not begin with a seed"));
  CHECK(says("7", "a fault is missing"));
  CHECK(says("7:", "a fault is missing"));
  CHECK(says("7:kill-worker,", "a fault is missing"));
  CHECK(says("7:,kill-worker", "there is no fault \"\""));
  CHECK(says("7:kill-wroker", "there is no fault \"kill-wroker\""));
  CHECK(says("7:kill-worker@", "comes a number, from 1, not \"\""));
  CHECK(says("7:kill-worker@0", "comes a number, from 1, not \"0\""));
  CHECK(says("7:kill-worker@3x", "comes a number, from 1, not \"3x\""));
  CHECK(says("7:slow-node@3", "slow-node has no @N"));
}

} // namespace cohort::tests::chaos_plan_test
