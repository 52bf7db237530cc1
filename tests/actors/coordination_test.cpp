#include <doctest/doctest.h>

#include <set>

#include <caf/others.hpp>
#include <google/protobuf/util/message_differencer.h>

#include "tests/support/task_fixture.hpp"

namespace cohort::tests::coordination_test {

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

using fixture = tests::task_fixture;

/// Never answers units of this kind.
auto hang(WorkUnit::WorkCase kind) {
  return
    [kind](
      const WorkUnit& unit) -> std::optional<std::optional<AttemptResult>> {
      if (unit.work_case() == kind)
        return std::optional<AttemptResult>{};
      return std::nullopt;
    };
}

} // namespace

TEST_SUITE_BEGIN("actors/coordination");

TEST_CASE_FIXTURE(fixture,
                  "a task is split, repaired, merged, judged and delivered") {
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(result()->errors_before() == 3);
  CHECK(result()->errors_after() == 0);
  CHECK(result()->patch().result_tree() == "tree:");
  CHECK(result()->patch().files_size() == 3);
  CHECK(result()->branch() == "cohort/t1");
  CHECK(result()->subtasks_done() == result()->subtasks_total());
  CHECK(!result()->fell_back());
  CHECK(world->deliveries == 1);
}

TEST_CASE_FIXTURE(fixture, "both routes give the same tree") {
  start();
  submit(request(EXECUTION_MODE_SEQUENTIAL));
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(result()->patch().result_tree() == "tree:");
  CHECK(count_units(WorkUnit::kRepair) == 1);
  CHECK(coordinators.empty());
}

TEST_CASE_FIXTURE(
  fixture, "what cannot be repaired is listed, and the outcome partial") {
  world->unrepairable = {"b.cc"};
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_PARTIAL);
  CHECK(result()->errors_after() == 1);
  REQUIRE(result()->left_size() == 1);
  CHECK(result()->left(0).diagnostic().location().file() == "b.cc");
  CHECK(!result()->left(0).reason().empty());
}

TEST_CASE_FIXTURE(fixture, "nothing repaired at all is a failure") {
  world->unrepairable = world->broken;
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_FAILED);
  CHECK(world->deliveries == 0);
}

TEST_CASE_FIXTURE(fixture, "a workspace without errors is done at once") {
  world->broken.clear();
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(count_units(WorkUnit::kRepair) == 0);
  CHECK(world->deliveries == 0);
}

TEST_CASE_FIXTURE(fixture,
                  "a coordinator that crashes is restarted from the journal") {
  auto first = true;
  world->answer
    = [&](const WorkUnit& unit) -> std::optional<std::optional<AttemptResult>> {
    if (!unit.has_repair() || !first)
      return std::nullopt;
    return std::optional<AttemptResult>{}; // The first coordinator's units
                                           // hang.
  };
  start();
  submit(request());
  REQUIRE(coordinators.size() == 1);
  CHECK(!result());
  first = false;
  caf::anon_send_exit(coordinators[0], caf::exit_reason::kill);
  advance(50ms);
  REQUIRE(coordinators.size() == 2);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(result()->patch().result_tree() == "tree:");
  CHECK(!result()->fell_back());
}

TEST_CASE_FIXTURE(fixture,
                  "a finished subtask is not run again after a restart") {
  std::string held;
  auto holding = true;
  world->answer
    = [&](const WorkUnit& unit) -> std::optional<std::optional<AttemptResult>> {
    if (!unit.has_repair() || !holding)
      return std::nullopt;
    auto& id = unit.repair().subtask().id();
    if (held.empty())
      held = id;
    if (id == held)
      return std::optional<AttemptResult>{};
    return std::nullopt;
  };
  coordination.decomposition.strategy = "file_based";
  start();
  submit(request());
  REQUIRE(!result());
  auto before = count_units(WorkUnit::kRepair);
  REQUIRE(before >= 2);
  holding = false;
  caf::anon_send_exit(coordinators[0], caf::exit_reason::kill);
  advance(50ms);
  REQUIRE(result());
  CHECK(count_units(WorkUnit::kRepair) == before + 1);
  CHECK(result()->patch().result_tree() == "tree:");
}

TEST_CASE_FIXTURE(fixture, "a coordinator ends with its task's supervisor") {
  world->answer = hang(WorkUnit::kRepair);
  start();
  submit(request());
  REQUIRE(coordinators.size() == 1);
  self->monitor(coordinators[0]);
  caf::anon_send_exit(last_supervisor, caf::exit_reason::kill);
  run();
  auto has_ended = false;
  while (!self->mailbox().empty())
    self->receive([&](caf::down_msg&) { has_ended = true; },
                  caf::others >>
                    [](caf::message_view&) {
                      return caf::result<caf::message>{caf::message{}};
                    });
  CHECK(has_ended);
}

TEST_CASE_FIXTURE(fixture,
                  "a coordinator that keeps dying ends in the fallback") {
  crash_coordinators = true;
  start();
  submit(request());
  CHECK(coordinators.size() == 3);
  REQUIRE(result());
  CHECK(result()->fell_back());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(result()->patch().result_tree() == "tree:");
}

TEST_CASE_FIXTURE(fixture,
                  "without a quorum of judges the task goes sequential") {
  judge_count = 1;
  start();
  submit(request());
  advance(500ms);
  REQUIRE(result());
  CHECK(result()->fell_back());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
}

TEST_CASE_FIXTURE(fixture, "without quorum and fallback the task is refused") {
  judge_count = 1;
  settings.task.supervision.fallback = false;
  start();
  submit(request());
  advance(500ms);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_REFUSED);
}

TEST_CASE_FIXTURE(fixture, "one judge that never answers changes nothing") {
  judge_count = 3;
  start();
  submit(request());
  advance(500ms);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(!result()->fell_back());
}

TEST_CASE_FIXTURE(
  fixture, "a subtask that fails goes to the fallback, merged work stays") {
  auto failures = 0;
  world->answer
    = [&](const WorkUnit& unit) -> std::optional<std::optional<AttemptResult>> {
    if (!unit.has_repair() || failures > 0)
      return std::nullopt;
    ++failures;
    AttemptResult failed;
    failed.mutable_error()->set_code(
      static_cast<uint32_t>(runtime::errc::timed_out));
    failed.mutable_error()->set_message(
      "no result within 300 s (after 3 attempts)");
    failed.set_attempt(3);
    return std::optional{failed};
  };
  coordination.decomposition.strategy = "file_based";
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->fell_back());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(result()->patch().result_tree() == "tree:");
  // The fallback began where the good patches had led.
  CHECK(tests::broken_in(world->submitted.back().tree()).size() < 3);
}

TEST_CASE_FIXTURE(fixture,
                  "a patch that conflicts is made again on the new base") {
  world->conflicting = "b.cc";
  world->conflicts = 1;
  coordination.decomposition.strategy = "file_based";
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(count_units(WorkUnit::kRepair) == 4);
}

TEST_CASE_FIXTURE(
  fixture, "a repair that breaks what compiled is taken out of the result") {
  world->also_reads = {{"d.cc", "b.cc"}};
  world->answer
    = [&](const WorkUnit& unit) -> std::optional<std::optional<AttemptResult>> {
    if (!unit.has_check() || unit.check().unit() != "d.cc"
        || tests::broken_in(unit.tree()).count("b.cc") > 0)
      return std::nullopt;
    AttemptResult result;
    auto& report = *result.mutable_unit_report();
    report = world->check("tree:d.cc", unit.check());
    return std::optional{result};
  };
  coordination.decomposition.strategy = "file_based";
  start();
  submit(request());
  advance(500ms);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_PARTIAL);
  CHECK(result()->patch().result_tree() == "tree:b.cc");
}

TEST_CASE_FIXTURE(fixture,
                  "a cancel ends the task once its units have stopped") {
  world->answer = hang(WorkUnit::kRepair);
  start();
  submit(request());
  REQUIRE(!result());
  CancelTask cancel;
  cancel.set_task_id("t1");
  cancel.set_reason("interrupted");
  auto cancelled = ask<TaskCancelled>(orchestrator, cancel);
  CHECK(cancelled);
  advance(20ms);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_CANCELLED);
  CHECK(world->cancels >= 2);
  // Also after what the coordinator said when it was stopped.
  auto events = log->read("t1");
  REQUIRE(events);
  CHECK(events->back().has_finished());
}

TEST_CASE_FIXTURE(fixture, "the deadline hands over what was merged by then") {
  world->answer
    = [](const WorkUnit& unit) -> std::optional<std::optional<AttemptResult>> {
    if (unit.has_repair() && unit.repair().subtask().files(0) == "c.cc")
      return std::optional<AttemptResult>{};
    return std::nullopt;
  };
  coordination.decomposition.strategy = "file_based";
  start();
  auto what = request();
  what.mutable_limits()->mutable_budget()->set_seconds(5);
  submit(what);
  CHECK(!result());
  advance(6000ms, 100ms);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_PARTIAL);
  CHECK(result()->patch().result_tree() == "tree:c.cc");
}

TEST_CASE_FIXTURE(fixture, "a store that fails ends the task with its words") {
  world->store_failure.emplace();
  world->store_failure->set_code(
    static_cast<uint32_t>(runtime::errc::storage_failed));
  world->store_failure->set_message("cannot write /s/store.git: No space left");
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_FAILED);
  CHECK(result()->summary().find("No space left") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a plan changes nothing and shows the split") {
  start();
  auto what = request();
  what.set_plan_only(true);
  submit(what);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(result()->plan().subtasks_size() > 0);
  CHECK(result()->verdicts_size() == 5);
  CHECK(count_units(WorkUnit::kRepair) == 0);
  CHECK(world->deliveries == 0);
}

TEST_CASE_FIXTURE(
  fixture, "parallel_workers.enabled: false runs everything sequentially") {
  settings.task.routing.parallel_enabled = false;
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->routing().mode() == EXECUTION_MODE_SEQUENTIAL);
  CHECK(coordinators.empty());
}

TEST_CASE_FIXTURE(fixture, "without council validation nobody is asked") {
  coordination.council = false;
  judge_count = 0;
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(!result()->fell_back());
}

TEST_CASE_FIXTURE(fixture, "what a subtask checked is not checked again") {
  coordination.decomposition.strategy = "file_based";
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(count_units(WorkUnit::kCheck) == world->units.size());
}

TEST_CASE_FIXTURE(
  fixture,
  "a unit is checked again when it reads what another subtask changed") {
  world->also_reads = {{"a.cc", "b.cc"}, {"f.cc", "c.cc"}};
  coordination.decomposition.strategy = "file_based";
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  std::multiset<std::string> checked;
  for (auto& unit : world->submitted)
    if (unit.has_check())
      checked.insert(unit.check().unit());
  // Its subtask waited for that of b.cc, and saw what it did.
  CHECK(checked.count("a.cc") == 1);
  CHECK(checked.count("f.cc") == 2);
  CHECK(checked.size() == world->units.size() + 1);
}

TEST_CASE_FIXTURE(fixture, "evidence larger than an event may be") {
  // More than 64 MiB of names of files that units read.
  for (auto& unit : world->units)
    world->also_reads[unit] = unit + std::string(12U << 20, 'h');
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(result()->errors_after() == 0);
  auto events = log->read("t1");
  REQUIRE(events);
  CHECK(events->back().has_finished());
}

TEST_CASE_FIXTURE(fixture, "max_subtasks_per_task bounds the split") {
  coordination.decomposition.strategy = "file_based";
  coordination.decomposition.max_subtasks_per_task = 2;
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->plan().subtasks_size() == 2);
}

TEST_CASE_FIXTURE(fixture,
                  "replaying the journal gives the coordinator's own state") {
  start();
  submit(request());
  REQUIRE(result());
  auto events = log->read("t1");
  REQUIRE(events);
  runtime::coordination::coordinator_state replayed;
  replayed.tree = "tree:a.cc,b.cc,c.cc";
  for (auto& event : *events)
    runtime::coordination::evolve(replayed, event, coordination);
  CHECK(replayed.phase == runtime::coordination::coordinator_phase::done);
  CHECK(replayed.tree == result()->patch().result_tree());
  CHECK(replayed.history.size() == result()->subtasks_total());
}

TEST_SUITE_END();

} // namespace cohort::tests::coordination_test
