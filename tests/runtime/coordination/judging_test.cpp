#include <doctest/doctest.h>

#include "runtime/coordination/synthesis.hpp"
#include "tests/runtime/coordination/machines.hpp"
#include "tests/runtime/coordination/told.hpp"

/// A task that judges only: nothing is repaired, and nothing handed over.
namespace cohort::tests::judging_test {

using namespace cohort::tests;
using cohort::runtime::errc;
using cohort::runtime::error;
using cohort::runtime::coordination::cancelled;
using cohort::runtime::coordination::deadline_passed;
using cohort::runtime::coordination::exit_code;

namespace {

/// `broken` is, and `base` was broken; see fake_world.
struct judged : machines {
  explicit judged(const std::set<std::string>& broken,
                  const std::string& base = "none.cc") {
    world.broken = broken;
    auto wanted = request();
    wanted.set_description("judge the change");
    wanted.set_judge_only(true);
    wanted.set_base_revision(base);
    feed(std::move(wanted));
  }

  const pb::TaskResult& end() {
    run();
    REQUIRE(results.size() == 1);
    return results[0];
  }
};

/// The gates' reports instead of the world's own.
void decide_gates(judged& task,
                  const std::vector<std::pair<pb::GateVerdict, bool>>& reports,
                  const std::string& error = "") {
  pb::GatesFinished gates;
  gates.set_run(task.take("gates").as<pb::RunGates>()->run());
  gates.set_error(error);
  for (auto& [verdict, is_advisory] : reports) {
    auto& report = *gates.add_reports();
    report.set_verdict(verdict);
    report.set_advisory(is_advisory);
  }
  task.feed(std::move(gates));
}

} // namespace

TEST_CASE("the snapshot is judged against the base, and nothing is written") {
  judged task{{}};
  CHECK(task.take("snapshot").as<pb::TakeSnapshot>()->base_revision()
        == "none.cc");
  task.feed(task.world.snapshot([] {
    pb::TakeSnapshot ask;
    ask.set_with_base(true);
    ask.set_base_revision("b.cc");
    return ask;
  }()));
  CHECK(task.take("prepare").as<pb::WorkUnit>()->tree() == "tree:");
  pb::WorkUnit prepare;
  prepare.set_ticket(1);
  prepare.mutable_prepare();
  task.feed(task.world.carry_out(prepare));
  for (auto& asked : task.open)
    CHECK(asked.as<pb::WorkUnit>()->tree() == "tree:b.cc");
  task.run("gates");
  auto run = *task.take("gates").as<pb::RunGates>();
  CHECK(run.base_tree() == "tree:b.cc");
  CHECK(run.tree() == "tree:");
  CHECK(run.changed_files_size() == 1);
  CHECK(run.before_size() == 6);
  CHECK(run.known().empty()); // The tree may be built in another way.
}

TEST_CASE("a change that mends passes") {
  judged task{{}, "b.cc"};
  auto& result = task.end();
  CHECK(result.outcome() == pb::TASK_OUTCOME_DONE);
  CHECK(exit_code(result.outcome()) == 0);
  CHECK(result.summary() == "1 of 1 gate passes");
  CHECK(result.errors_before() == 1);
  CHECK(result.errors_after() == 0);
  CHECK(!result.has_patch());
  CHECK(task.world.deliveries == 0);
  CHECK(task.count(pb::Event::kRouted) == 0);
  CHECK(task.count(pb::Event::kDelivered) == 0);
}

TEST_CASE("what breaks a unit fails, and is not taken back") {
  judged task{{"a.cc", "c.cc"}, "c.cc"};
  auto& result = task.end();
  CHECK(result.outcome() == pb::TASK_OUTCOME_FAILED);
  CHECK(exit_code(result.outcome()) == 1);
  CHECK(result.summary() == "0 of 1 gate passes, 1 fails");
  REQUIRE(result.left_size() == 2);
  CHECK(result.left(0).diagnostic().location().file() == "a.cc");
  CHECK(result.left(0).reason() == "the base lacks it");
  CHECK(result.left(1).reason() == "the base has it, too");
  CHECK(task.count(pb::Event::kReverted) == 0);
}

TEST_CASE("what was broken before is a warning") {
  judged task{{"c.cc"}, "c.cc"};
  auto& result = task.end();
  CHECK(result.outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(exit_code(result.outcome()) == 3);
  CHECK(result.summary() == "0 of 1 gate passes, 1 with a warning");
}

TEST_CASE("gates that are advisory, or could not measure, decide nothing") {
  struct {
    std::vector<std::pair<pb::GateVerdict, bool>> reports;
    pb::TaskOutcome outcome;
    const char* summary;
  } cases[] = {
    {{{pb::GATE_VERDICT_PASS, false}, {pb::GATE_VERDICT_FAIL, true}},
     pb::TASK_OUTCOME_DONE,
     "1 of 1 gate passes"},
    {{{pb::GATE_VERDICT_PASS, false}, {pb::GATE_VERDICT_NOT_MEASURED, false}},
     pb::TASK_OUTCOME_DONE,
     "1 of 1 gate passes"},
    {{{pb::GATE_VERDICT_NOT_MEASURED, false}},
     pb::TASK_OUTCOME_DONE,
     "no gate that decides could be measured"},
    {{{pb::GATE_VERDICT_PASS, false},
      {pb::GATE_VERDICT_WARNING, false},
      {pb::GATE_VERDICT_FAIL, false},
      {pb::GATE_VERDICT_FAIL, false}},
     pb::TASK_OUTCOME_FAILED,
     "1 of 4 gates pass, 1 with a warning, 2 fail"},
  };
  for (auto& each : cases) {
    judged task{{}};
    task.run("gates");
    decide_gates(task, each.reports);
    auto& result = task.end();
    CHECK(result.outcome() == each.outcome);
    CHECK(result.summary() == each.summary);
  }
}

TEST_CASE("gates that could not run are a failure") {
  judged task{{}};
  task.run("gates");
  decide_gates(task, {}, "the store is gone");
  CHECK(task.end().outcome() == pb::TASK_OUTCOME_FAILED);
  CHECK(task.end().summary() == "nothing could be judged: the store is gone");
}

TEST_CASE("a unit that the base lacks was not accepted before") {
  judged task{{}};
  task.run("check");
  auto answer_error = [&](errc code) {
    pb::AttemptResult result;
    result.set_ticket(task.take("check").as<pb::WorkUnit>()->ticket());
    result.mutable_error()->set_code(static_cast<uint32_t>(code));
    result.mutable_error()->set_message("why");
    task.feed(std::move(result));
  };
  answer_error(errc::not_found);
  answer_error(errc::no_toolchain);
  answer_error(errc::crashed);
  task.run("gates");
  auto run = *task.take("gates").as<pb::RunGates>();
  REQUIRE(run.before_size() == 4); // Six units, of which two are new.
  CHECK(run.before(0).failure() == "why");
}

TEST_CASE("from nothing, no unit was accepted before") {
  judged task{{}, ""};
  task.run("prepare");
  task.answer("prepare");
  CHECK(task.names_of_open() == std::vector<std::string>{"compare"});
  CHECK(task.end().outcome() == pb::TASK_OUTCOME_DONE);
}

TEST_CASE("a base that is not there is a precondition") {
  judged task{{}};
  task.feed(error{errc::workspace_unreadable, "no such revision"});
  CHECK(task.end().outcome() == pb::TASK_OUTCOME_PRECONDITION);
  CHECK(task.end().summary() == "no such revision");
}

TEST_CASE("a cancel and a deadline end it") {
  for (std::string at : {"snapshot", "prepare", "check", "compare", "gates"}) {
    CAPTURE(at);
    judged task{{}};
    task.run(at);
    auto other = task;
    task.feed(cancelled{"interrupted"});
    CHECK(task.end().outcome() == pb::TASK_OUTCOME_CANCELLED);
    other.feed(deadline_passed{});
    CHECK(other.end().outcome()
          == (at == "compare" || at == "gates" ? pb::TASK_OUTCOME_DONE
                                               : pb::TASK_OUTCOME_FAILED));
  }
}

TEST_CASE("whoever takes it over after any of its events ends with the same") {
  judged whole{{"a.cc"}, "c.cc"};
  auto expected = whole.end();
  for (size_t size = 1; size < whole.journal.size(); ++size) {
    CAPTURE(size);
    auto other = whole;
    other.results.clear();
    other.journal.resize(size);
    other.resume();
    CHECK(supervisor_told_by_events(other) == told(other.supervisor));
    auto& result = other.end();
    CHECK(result.outcome() == expected.outcome());
    CHECK(result.summary() == expected.summary());
    CHECK(result.left_size() == expected.left_size());
    CHECK(other.world.deliveries == 0);
  }
}

} // namespace cohort::tests::judging_test
