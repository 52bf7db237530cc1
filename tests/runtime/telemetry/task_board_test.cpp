#include "runtime/telemetry/task_board.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::task_board_test {

using namespace cohort::messages::v1;
using cohort::runtime::telemetry::task_board;

namespace {

ProgressEvent event_of(std::string task, int64_t seconds,
                       ProgressKind kind = PROGRESS_KIND_PHASE) {
  ProgressEvent event;
  event.set_task_id(std::move(task));
  event.set_kind(kind);
  event.mutable_time()->set_seconds(seconds);
  if (kind == PROGRESS_KIND_RESULT)
    event.mutable_result()->set_outcome(TASK_OUTCOME_DONE);
  return event;
}

TraceReport report_of(const task_board& board, const std::string& task) {
  TraceReport report;
  board.report(task, report);
  return report;
}

} // namespace

TEST_CASE("a task runs from its first word to its result") {
  task_board board;
  CHECK(!board.see(event_of("t", 10)));
  CHECK(!board.see(event_of("t", 11)));
  CHECK(board.running() == 1);
  CHECK(!report_of(board, "t").has_ended());
  CHECK(board.see(event_of("t", 15, PROGRESS_KIND_RESULT)));
  CHECK(board.running() == 0);
  auto report = report_of(board, "t");
  CHECK(report.started().seconds() == 10);
  CHECK(report.ended().seconds() == 15);
  CHECK(report.outcome() == TASK_OUTCOME_DONE);
}

TEST_CASE("what is said after the end changes nothing") {
  task_board board;
  board.see(event_of("t", 1));
  board.see(event_of("t", 2, PROGRESS_KIND_RESULT));
  CHECK(!board.see(event_of("t", 3)));
  CHECK(!board.see(event_of("t", 4, PROGRESS_KIND_RESULT)));
  CHECK(board.running() == 0);
  CHECK(report_of(board, "t").ended().seconds() == 2);
}

TEST_CASE("of a task that nobody spoke of nothing is known") {
  task_board board;
  CHECK(!report_of(board, "t").has_started());
}

TEST_CASE("ended tasks are forgotten, the oldest first; running ones are not") {
  task_board board;
  board.see(event_of("running", 0));
  for (int i = 1; i <= 300; ++i)
    board.see(event_of("t" + std::to_string(i), i, PROGRESS_KIND_RESULT));
  CHECK(board.running() == 1);
  CHECK(report_of(board, "running").has_started());
  CHECK(!report_of(board, "t44").has_started());
  CHECK(report_of(board, "t45").has_started());
}

} // namespace cohort::tests::task_board_test
