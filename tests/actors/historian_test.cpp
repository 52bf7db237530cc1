#include "actors/historian.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/runtime/learning/ended_task.hpp"
#include "tests/support/task_fixture.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::historian_test {

using namespace cohort;
using namespace cohort::messages::v1;

namespace {

TaskResult ended() {
  ended_task task;
  task.subtask("s1", "merged", 8);
  task.result.mutable_plan()->mutable_subtasks(0)->set_effort_seconds(2);
  return task.result;
}

HistoryReport known(double ratio) {
  HistoryReport report;
  auto& record = *report.add_durations();
  record.mutable_specialty()->set_kind(SPECIALTY_KIND_COMPILATION_ERRORS);
  record.set_ended(20);
  record.set_ratio(ratio);
  record.set_spread(1.1);
  auto& judge = *report.add_judges();
  judge.set_judge("balance");
  judge.set_predictions(40);
  judge.set_brier_sum(2);
  return report;
}

/// Says the same to everybody.
actors::historian_actor::behavior_type
teller(actors::historian_actor::pointer self, const HistoryReport& report) {
  return {[=](const HistoryQuery& query) {
            auto copy = report;
            copy.set_task_id(query.task_id());
            actors::reply_to(self, self->current_sender(), std::move(copy));
          },
          [](const TaskResult&) {}};
}

/// A head, with a history that is answered by hand.
struct head_with_history : task_fixture {
  double_of<HistoryQuery, TaskResult> historian
    = spawn_double<HistoryQuery, TaskResult>();
  std::optional<HistoryReport> answer;

  void begin() {
    others.historian = historian.actor;
    if (answer)
      others.historian = spawn(teller, *answer);
    start();
    submit(request());
  }

  /// The reason of the first event for which that holds.
  std::string reason_of(bool (Event::*is_it)() const) const {
    auto events = log->read("t1");
    REQUIRE(events);
    for (auto& event : *events)
      if ((event.*is_it)())
        return event.reason();
    return "";
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/historian");

TEST_CASE_FIXTURE(actor_fixture, "what a task teaches is told to the next") {
  temp_folder folder;
  auto asker = spawn_double<HistoryReport>();
  auto file = folder.path() / "history.db";
  auto handle = spawn(actors::historian, file);
  HistoryQuery query;
  query.set_task_id("t2");
  send_as(asker.actor, handle, query);
  CHECK(asker.last<HistoryReport>().task_id() == "t2");
  CHECK(asker.last<HistoryReport>().kinds().empty());
  send_as(asker.actor, handle, ended());
  send_as(asker.actor, handle, query);
  auto& report = asker.last<HistoryReport>();
  CHECK(report.kinds_size() == 2);
  REQUIRE(report.durations_size() == 2);
  CHECK(report.durations(0).ratio() > 2);
}

TEST_CASE_FIXTURE(actor_fixture, "without a file it knows nothing, and lives") {
  auto asker = spawn_double<HistoryReport>();
  auto handle = spawn(actors::historian,
                      std::filesystem::path{"/nowhere/history.db"});
  send_as(asker.actor, handle, ended());
  send_as(asker.actor, handle, HistoryQuery{});
  REQUIRE(asker.got<HistoryReport>().size() == 1);
  CHECK(asker.last<HistoryReport>().kinds().empty());
}

TEST_CASE_FIXTURE(head_with_history,
                  "what is known corrects the plan, and the audit says so") {
  answer = known(4);
  begin();
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  REQUIRE(result()->plan().subtasks_size() > 0);
  for (auto& subtask : result()->plan().subtasks()) {
    CHECK(subtask.model_seconds() > 0);
    CHECK(subtask.effort_seconds() > 3 * subtask.model_seconds());
  }
  CHECK(reason_of(&Event::has_decomposed).find("history corrects")
        != std::string::npos);
  CHECK(reason_of(&Event::has_council).find("as their record says")
        != std::string::npos);
}

TEST_CASE_FIXTURE(head_with_history, "nobody waits for a silent historian") {
  begin();
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(historian.got<HistoryQuery>().size() == 1);
  REQUIRE(historian.got<TaskResult>().size() == 1);
  CHECK(historian.last<TaskResult>().task_id() == "t1");
  CHECK(reason_of(&Event::has_decomposed).find("history") == std::string::npos);
}

TEST_CASE_FIXTURE(head_with_history, "a plan alone teaches nothing") {
  others.historian = historian.actor;
  start();
  auto what = request();
  what.set_plan_only(true);
  submit(what);
  REQUIRE(result());
  CHECK(historian.got<HistoryQuery>().size() == 1);
  CHECK(historian.got<TaskResult>().empty());
}

TEST_CASE_FIXTURE(head_with_history, "a task that had ended teaches no more") {
  begin();
  auto events = log->read("t1");
  REQUIRE(events);
  EventList past;
  past.mutable_events()->Add(events->begin(), events->end());
  ask<TaskAccepted>(orchestrator, past);
  advance(std::chrono::milliseconds{50});
  CHECK(historian.got<TaskResult>().size() == 1);
}

TEST_SUITE_END();

} // namespace cohort::tests::historian_test
