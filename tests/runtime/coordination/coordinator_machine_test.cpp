#include <doctest/doctest.h>

#include "tests/runtime/coordination/machines.hpp"

namespace cohort::tests::coordinator_machine_test {

using namespace cohort::tests;
using cohort::runtime::errc;
using cohort::runtime::error;
using cohort::runtime::coordination::coordinator_phase;
using cohort::runtime::coordination::subtask_phase;

namespace {

struct coordination_of : machines {
  /// Runs until the first open question begins so.
  explicit coordination_of(const std::string& until = "review",
                           const std::function<void(machines&)>& prepare = {}) {
    if (prepare)
      prepare(*this);
    feed_coordinator(start_message());
    run(until);
  }

  [[nodiscard]] subtask_phase phase_of(size_t subtask) const {
    return coordinator->subtasks.at(subtask).phase;
  }

  [[nodiscard]] const pb::CoordinationReport& report() const {
    REQUIRE(reports.size() == 1);
    return reports[0];
  }

  void stop(const std::string& why = "enough") {
    pb::StopCoordination message;
    message.set_why(why);
    feed_coordinator(message);
  }

  [[nodiscard]] std::string states() const {
    std::string result;
    for (auto& subtask : report().subtasks())
      result += (result.empty() ? "" : ", ") + subtask.subtask_id() + ' '
                + subtask.state();
    return result;
  }
};

pb::ReviewOutcome refusal(const pb::ReviewRequest&) {
  pb::ReviewOutcome outcome;
  outcome.set_reason("no quorum");
  return outcome;
}

} // namespace

TEST_CASE("a round: split, review, repair, merge, and nothing to probe") {
  coordination_of task{"nothing"};
  CHECK(task.count(pb::Event::kRoundStarted) == 1);
  CHECK(task.count(pb::Event::kDispatched) == 3);
  CHECK(task.count(pb::Event::kMerged) == 3);
  CHECK(task.report().tree() == "tree:");
  CHECK(task.report().rounds() == 1);
  CHECK(task.report().why() == "no error is left");
  CHECK(!task.report().needs_fallback());
  CHECK(!task.report().refused());
  CHECK(task.report().fixes_size() == 3);
  CHECK(task.report().reports_size() == 6);
  CHECK(task.states() == "s1 merged, s2 merged, s3 merged");
}

TEST_CASE("the council is told what is known of the plan's kinds, not more") {
  pb::HistoryReport learnt;
  auto asked = [&] {
    pb::ReviewRequest result;
    machines task;
    task.council = [&](auto& request) {
      result = request;
      return refusal(request);
    };
    auto start = task.start_message();
    *start.mutable_learnt() = learnt;
    task.feed_coordinator(start);
    task.run("nothing");
    REQUIRE(result.decomposition().subtasks_size() > 0);
    return result;
  };
  CHECK(asked().record().empty());
  auto type = asked().decomposition().subtasks(0).error_type();
  for (auto& error_type : {std::string{}, type, std::string{"of others"}})
    learnt.add_kinds()->set_error_type(error_type);
  learnt.add_judges()->set_judge("balance");
  auto request = asked();
  REQUIRE(request.record_size() == 2);
  CHECK(request.record(0).error_type().empty());
  CHECK(request.record(1).error_type() == type);
  REQUIRE(request.judges_size() == 1);
  CHECK(request.judges(0).judge() == "balance");
}

TEST_CASE("every event and every progress message bears the task") {
  coordination_of task{"nothing"};
  for (auto& event : task.journal) {
    CHECK(event.task_id() == "t1");
    CHECK(event.actor() == "coordinator");
    CHECK(!event.reason().empty());
  }
}

TEST_CASE("one merge at a time, while the others still run") {
  coordination_of task{"repair"};
  CHECK(task.names_of_open()
        == std::vector<std::string>{"repair s1", "repair s2", "repair s3"});
  task.answer("repair s3");
  task.answer("repair s1");
  CHECK(task.names_of_open()
        == std::vector<std::string>{"repair s2", "merge tree:a.cc,b.cc"});
  task.answer("merge");
  CHECK(task.coordinator->tree == "tree:a.cc,b.cc");
  task.answer("merge");
  CHECK(task.coordinator->tree == "tree:b.cc");
  CHECK(task.phase_of(1) == subtask_phase::running);
}

TEST_CASE("who waits for others starts on what they merged") {
  coordination_of task{"repair", [](machines& m) {
                         m.world.also_reads = {{"a.cc", "b.cc"}};
                       }};
  REQUIRE(task.open.size() == 2);
  auto first = task.take("repair s1");
  CHECK(first.as<pb::WorkUnit>()->repair().subtask().files(0) == "b.cc");
  task.answer(first);
  task.answer("merge");
  auto dependent = task.take("repair s2");
  CHECK(dependent.as<pb::WorkUnit>()->tree() == "tree:a.cc,c.cc");
}

TEST_CASE("an amended plan is what is carried out") {
  coordination_of task{"review", [](machines& m) {
                         m.council = [](const pb::ReviewRequest& request) {
                           pb::ReviewOutcome outcome;
                           outcome.set_approved(true);
                           auto& plan = *outcome.mutable_decomposition();
                           plan = request.decomposition();
                           plan.mutable_subtasks()->RemoveLast();
                           outcome.add_verdicts()->set_judge("granularity");
                           return outcome;
                         };
                       }};
  task.answer("review");
  CHECK(task.names_of_open()
        == std::vector<std::string>{"repair s1", "repair s2"});
  task.council = {}; // The second round takes what was dropped.
  task.run();
  CHECK(task.report().tree() == "tree:");
  CHECK(task.report().rounds() == 2);
  CHECK(task.report().plan().subtasks_size() == 2);
  REQUIRE(task.report().verdicts_size() == 1);
  CHECK(task.report().verdicts(0).judge() == "granularity");
}

TEST_CASE("a plan of which nothing is left repairs nothing") {
  coordination_of task{"nothing", [](machines& m) {
                         m.council = [](const pb::ReviewRequest&) {
                           pb::ReviewOutcome outcome;
                           outcome.set_approved(true);
                           return outcome;
                         };
                       }};
  CHECK(task.report().tree() == "tree:a.cc,b.cc,c.cc");
  CHECK(task.report().why() == "no subtask could repair anything");
}

TEST_CASE("a refusal ends it, and asks for the fallback") {
  coordination_of task{"nothing", [](machines& m) { m.council = refusal; }};
  CHECK(task.report().refused());
  CHECK(task.report().needs_fallback());
  CHECK(task.report().why()
        == "the council did not approve the plan: no quorum");
  CHECK(task.report().plan().subtasks_size() == 3);
  CHECK(task.count(pb::Event::kDispatched) == 0);
}

TEST_CASE("a refusal in a later round keeps what was merged") {
  coordination_of task{
    "review", [](machines& m) {
      m.council = [](const pb::ReviewRequest& request) {
        pb::ReviewOutcome outcome;
        outcome.set_approved(true);
        *outcome.mutable_decomposition() = request.decomposition();
        outcome.mutable_decomposition()->mutable_subtasks()->RemoveLast();
        return outcome;
      };
    }};
  task.answer("review");
  task.council = refusal;
  task.run();
  CHECK(task.report().refused());
  CHECK(task.report().tree() == "tree:c.cc");
  CHECK(task.report().fixes_size() == 2);
}

TEST_CASE("only a plan: nothing is dispatched, with and without a council") {
  for (auto council : {true, false}) {
    machines task;
    task.coordinating.council = council;
    auto start = task.start_message();
    start.mutable_request()->set_plan_only(true);
    task.feed_coordinator(start);
    task.run();
    REQUIRE(task.reports.size() == 1);
    CHECK(task.reports[0].plan().subtasks_size() == 3);
    CHECK(!task.reports[0].needs_fallback());
    CHECK(task.count(pb::Event::kDispatched) == 0);
  }
}

TEST_CASE("nothing to do is no reason for a round") {
  coordination_of clean{"nothing", [](machines& m) { m.world.broken.clear(); }};
  CHECK(clean.report().rounds() == 0);
  CHECK(clean.report().why() == "no error inside the scope");
  coordination_of none{"nothing", [](machines& m) {
                         m.coordinating.supervision.max_rounds = 0;
                       }};
  CHECK(none.report().why() == "the limit of rounds is reached");
}

TEST_CASE("a strategy that nobody knows is an error of the report") {
  coordination_of task{"nothing", [](machines& m) {
                         m.coordinating.decomposition.strategy = "by_moon";
                       }};
  CHECK(task.report().error().code()
        == static_cast<uint32_t>(errc::invalid_request));
}

TEST_CASE("late and foreign answers change nothing") {
  coordination_of task{"repair"};
  auto asked = task.take("repair s1");
  auto answer = task.world.carry_out(*asked.as<pb::WorkUnit>());
  SUBCASE("a ticket that was never given out") {
    answer.set_ticket(99);
    CHECK(task.feed_coordinator(answer) == 0);
  }
  SUBCASE("the same answer again, while it is merged and after") {
    task.feed_coordinator(answer);
    CHECK(task.feed_coordinator(answer) == 0);
    task.answer("merge");
    CHECK(task.feed_coordinator(answer) == 0);
  }
  SUBCASE("an attempt on a base that has moved since") {
    task.feed_coordinator(answer);
    task.take("merge");
    task.conflict_in("a.cc");
    CHECK(task.feed_coordinator(answer) == 0);
    CHECK(task.phase_of(0) == subtask_phase::running);
  }
  SUBCASE("a merge that nobody asked for") {
    CHECK(task.feed_coordinator(pb::MergeReport{}) == 0);
  }
  SUBCASE("a second decision of the council") {
    CHECK(task.feed_coordinator(refusal({})) == 0);
  }
  SUBCASE("a second start") {
    CHECK(task.feed_coordinator(task.start_message()) == 0);
  }
}

TEST_CASE("a failed check counts as no verdict, and late ones as nothing") {
  // f.cc reads what others repair, so that it has to be checked again.
  coordination_of task{"check", [](machines& m) {
                         m.world.also_reads = {{"f.cc", "c.cc"}};
                       }};
  CHECK(task.coordinator->phase == coordinator_phase::probing);
  auto asked = task.take("check f.cc");
  auto answer = task.world.carry_out(*asked.as<pb::WorkUnit>());
  answer.set_ticket(answer.ticket() + 1);
  CHECK(task.feed_coordinator(answer) == 0);
  CHECK(task.reports.empty());
  task.answer(asked);
  CHECK(task.report().tree() == "tree:");
}

TEST_CASE("a stop reports what was merged by then, in every phase") {
  struct expectation {
    std::string at;
    std::string tree;
  };
  auto reads = [](machines& m) { m.world.also_reads = {{"f.cc", "c.cc"}}; };
  for (auto& expected :
       std::vector<expectation>{{"review", "tree:a.cc,b.cc,c.cc"},
                                {"repair", "tree:a.cc,b.cc,c.cc"},
                                {"merge", "tree:a.cc,b.cc,c.cc"},
                                {"check", "tree:"}}) {
    auto& at = expected.at;
    auto& tree = expected.tree;
    CAPTURE(at);
    coordination_of task{at, reads};
    auto last = task.open.front();
    task.stop();
    CHECK(task.report().tree() == tree);
    CHECK(task.report().why() == "enough");
    CHECK(!task.report().needs_fallback());
    CHECK(task.coordinator->phase == coordinator_phase::done);
    auto events = task.journal.size();
    task.answer(last); // Too late.
    task.stop();
    CHECK(task.journal.size() == events);
    CHECK(task.reports.size() == 1);
  }
}

TEST_CASE("an error is the end, in every phase, and no refusal") {
  auto reads = [](machines& m) { m.world.also_reads = {{"f.cc", "c.cc"}}; };
  for (std::string at : {"review", "repair", "merge", "check"}) {
    CAPTURE(at);
    coordination_of task{at, reads};
    task.feed_coordinator(error{errc::storage_failed, "disk full"});
    CHECK(task.report().error().message() == "disk full");
    CHECK(task.report().why() == "disk full");
    CHECK(!task.report().refused());
    CHECK(!task.report().needs_fallback());
  }
}

TEST_CASE("a failed subtask leaves the rest to the fallback") {
  coordination_of task{"repair"};
  task.fail_unit(task.take("repair s2"), "no result within 300 s");
  task.run();
  CHECK(task.report().needs_fallback());
  CHECK(task.report().why() == "some subtasks failed or conflicted");
  CHECK(task.report().tree() == "tree:b.cc");
  CHECK(task.report().rounds() == 1);
  CHECK(task.states() == "s1 merged, s2 failed, s3 merged");
  CHECK(task.report().subtasks(1).attempts() == 3);
}

TEST_CASE("too many failed subtasks end it after the round") {
  coordination_of task{"repair"};
  task.fail_unit(task.take("repair s2"), "died");
  task.fail_unit(task.take("repair s3"), "died");
  task.run();
  CHECK(task.report().needs_fallback());
  CHECK(task.report().why() == "too many subtasks failed");
  CHECK(task.report().tree() == "tree:b.cc,c.cc");
}

TEST_CASE("when no error is left, failures do not matter any more") {
  for (auto failures : {1, 2}) {
    coordination_of task{"repair"};
    task.fail_unit(task.take("repair s3"), "died");
    if (failures == 2)
      task.fail_unit(task.take("repair s2"), "died");
    task.answer("repair s1");
    pb::MergeReport merged; // Of one file that the other errors came from.
    merged.set_tree("tree:");
    for (auto file : {"a.cc", "b.cc", "c.cc"})
      merged.add_files(file);
    task.take("merge");
    task.feed_coordinator(merged);
    task.run();
    CHECK(task.report().tree() == "tree:");
    CHECK(task.report().why() == "no error is left");
    CHECK(!task.report().needs_fallback());
  }
}

TEST_CASE("what others depend on may fail: they run all the same") {
  coordination_of task{"repair", [](machines& m) {
                         m.world.also_reads = {{"a.cc", "b.cc"}};
                       }};
  task.fail_unit(task.take("repair s1"), "died");
  task.answer("repair s2");
  task.run();
  CHECK(task.report().tree() == "tree:b.cc");
}

TEST_CASE("a conflict runs the subtask again on the new base") {
  coordination_of task{"repair"};
  task.answer("repair s1");
  task.answer("merge");
  task.answer("repair s2");
  task.take("merge");
  task.conflict_in("b.cc");
  auto again = task.take("repair s2");
  CHECK(again.as<pb::WorkUnit>()->tree() == "tree:b.cc,c.cc");
  task.answer(again);
  task.run();
  CHECK(task.report().tree() == "tree:");
  CHECK(!task.report().needs_fallback());
  CHECK(task.count(pb::Event::kConflicted) == 1);
}

TEST_CASE("a patch that conflicts too often is left to the fallback") {
  coordination_of task{"repair"};
  for (auto attempt = 1; attempt <= 3; ++attempt) {
    task.answer("repair s1");
    task.take("merge");
    task.conflict_in("a.cc");
    auto again = attempt == 3 ? "conflict in a.cc once too often"
                              : "conflict in a.cc; runs again on the new base";
    CHECK(std::count(task.said.begin(), task.said.end(), again)
          == (attempt == 3 ? 1 : attempt));
  }
  CHECK(task.phase_of(0) == subtask_phase::conflicted);
  task.run();
  CHECK(task.report().needs_fallback());
  CHECK(task.report().tree() == "tree:a.cc");
  CHECK(task.states() == "s1 conflict, s2 merged, s3 merged");
}

TEST_CASE("a patch that broke a unit is taken out, the others stay") {
  coordination_of task{"nothing", [](machines& m) {
                         m.world.also_reads = {{"d.cc", "b.cc"}};
                         m.world.brittle = {"d.cc"};
                       }};
  CHECK(task.report().tree() == "tree:b.cc");
  CHECK(task.count(pb::Event::kWithdrawn) == 1);
  CHECK(task.states() == "s1 withdrawn, s2 merged, s3 merged");
  CHECK(task.report().fixes_size() == 2);
  for (auto& report : task.report().reports())
    CHECK(report.SerializeAsString()
          == task.check("tree:b.cc", report.unit()).SerializeAsString());
}

TEST_CASE("what nobody can repair is tried once and listed") {
  coordination_of task{"nothing",
                       [](machines& m) { m.world.unrepairable = {"b.cc"}; }};
  CHECK(task.report().tree() == "tree:b.cc");
  CHECK(task.count(pb::Event::kDispatched) == 3);
  CHECK(task.report().why() == "nothing is left to try");
  CHECK(!task.report().needs_fallback());
  CHECK(task.states() == "s1 merged, s2 nothing repaired, s3 merged");
}

TEST_CASE("the limit of rounds ends what is still open") {
  coordination_of task{
    "review", [](machines& m) {
      m.coordinating.supervision.max_rounds = 1;
      m.council = [](const pb::ReviewRequest& request) {
        pb::ReviewOutcome outcome;
        outcome.set_approved(true);
        *outcome.mutable_decomposition() = request.decomposition();
        outcome.mutable_decomposition()->mutable_subtasks()->RemoveLast();
        return outcome;
      };
    }};
  task.run();
  CHECK(task.report().rounds() == 1);
  CHECK(task.report().tree() == "tree:c.cc");
  CHECK(task.report().why() == "the limit of rounds is reached");
}

} // namespace cohort::tests::coordinator_machine_test
