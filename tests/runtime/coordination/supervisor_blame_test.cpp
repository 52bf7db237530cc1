#include <doctest/doctest.h>

#include "runtime/quality/gates.hpp"
#include "tests/runtime/coordination/machines.hpp"

namespace cohort::tests::supervisor_blame_test {

using namespace cohort;
using namespace cohort::tests;
using namespace cohort::runtime::coordination;
namespace pb = messages::v1;

namespace {

/// Three broken files; when those of `harmful` are repaired, a test fails.
struct harmed : machines {
  explicit harmed(const std::set<std::string>& harmful = {"b.cc"}) {
    world.has_tests = true;
    world.harmful = harmful;
    feed(request(pb::EXECUTION_MODE_PARALLEL));
  }

  [[nodiscard]] const pb::TaskResult& result() const {
    REQUIRE(results.size() == 1);
    return results[0];
  }
};

} // namespace

TEST_CASE("the repair with which a test fails is left out, the others stay") {
  harmed task;
  task.run();
  auto& result = task.result();
  CHECK(result.outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(result.patch().result_tree() == "tree:b.cc");
  REQUIRE(result.culprits_size() == 1);
  CHECK(result.culprits(0).file() == "b.cc");
  REQUIRE(result.culprits(0).subtasks_size() == 1);
  REQUIRE(result.culprits(0).tests_size() == 1);
  CHECK(result.culprits(0).tests(0) == "t");
  CHECK(result.summary().find("1 change left out") != std::string::npos);
  REQUIRE(result.left_size() == 1);
  CHECK(result.left(0).reason().find("with it t fails") != std::string::npos);
  CHECK(
    runtime::quality::passed({result.gates().begin(), result.gates().end()}));
  CHECK(task.count(pb::Event::kCulpritsFound) == 1);
  CHECK(task.world.deliveries == 1);
}

TEST_CASE("so it is on the sequential route") {
  machines task;
  task.world.has_tests = true;
  task.world.harmful = {"b.cc"};
  task.feed(machines::request(pb::EXECUTION_MODE_SEQUENTIAL));
  task.run();
  REQUIRE(task.results.size() == 1);
  CHECK(task.results[0].patch().result_tree() == "tree:b.cc");
  CHECK(task.results[0].culprits(0).subtasks().empty());
}

TEST_CASE("all that is harmful is found") {
  harmed task{{"a.cc", "c.cc"}};
  task.run();
  // The fake's test fails with either of them.
  CHECK(task.result().patch().result_tree() == "tree:a.cc,c.cc");
  CHECK(task.result().culprits_size() == 2);
}

TEST_CASE("a supervisor that takes over blames again, with the same result") {
  harmed whole;
  whole.run();
  for (std::string at : {"revert", "tests"}) {
    CAPTURE(at);
    harmed task;
    task.run(at);
    REQUIRE(task.supervisor.phase == supervisor_phase::blaming);
    task.resume();
    task.run();
    CHECK(task.result().SerializeAsString()
          == whole.result().SerializeAsString());
    CHECK(task.count(pb::Event::kCulpritsFound) == 1);
  }
}

TEST_CASE("the deadline ends the search; what failed is told") {
  harmed task;
  task.run("tests");
  auto late = task.open.front();
  task.feed(deadline_passed{});
  task.answer(late);
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(task.result().culprits().empty());
  CHECK(task.count(pb::Event::kCulpritsFound) == 0);
}

TEST_CASE("who is lost, or a store that fails, says nothing against a change") {
  for (auto store_fails : {true, false}) {
    harmed task;
    task.run(store_fails ? "revert" : "tests");
    REQUIRE(task.supervisor.phase == supervisor_phase::blaming);
    if (store_fails)
      task.feed(runtime::error{runtime::errc::storage_failed, "disk full"});
    else
      task.fail_unit(task.take("tests"), "the node was lost");
    task.run();
    CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
    CHECK(task.result().culprits().empty());
    CHECK(task.result().patch().result_tree() == "tree:"); // As it was judged.
    CHECK(task.world.deliveries == 1);
    CHECK(task.count(pb::Event::kCulpritsFound) == 0);
  }
}

TEST_CASE("a cancel ends it as everywhere") {
  harmed task;
  task.run("tests");
  auto late = task.open.front();
  task.feed(cancelled{"interrupted"});
  task.answer(late);
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_CANCELLED);
}

TEST_CASE("a test that turns out to be flaky blames nobody") {
  harmed task{{}};
  task.run("gates");
  // The gate saw it fail.
  pb::GatesFinished gates;
  gates.set_run(task.take("gates").as<pb::RunGates>()->run());
  pb::TestReport before = task.world.test("tree:", {});
  pb::TestReport after = before;
  after.mutable_cases(0)->set_passed(false);
  after.mutable_cases(0)->set_failures(1);
  *gates.add_reports() = runtime::quality::judge_tests(before, after);
  task.feed(gates);
  REQUIRE(task.supervisor.phase == supervisor_phase::blaming);
  task.run();
  auto& result = task.result();
  CHECK(result.outcome() == pb::TASK_OUTCOME_DONE);
  CHECK(result.patch().result_tree() == "tree:");
  CHECK(result.culprits().empty());
  REQUIRE(result.flaky_tests_size() == 1);
  CHECK(result.flaky_tests(0) == "t");
  CHECK(result.gates(0).verdict() == pb::GATE_VERDICT_WARNING);
}

} // namespace cohort::tests::supervisor_blame_test
