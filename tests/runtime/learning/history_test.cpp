#include "runtime/learning/history.hpp"

#include <doctest/doctest.h>

#include "runtime/errc.hpp"
#include "tests/runtime/learning/ended_task.hpp"

namespace cohort::tests::history_test {

using namespace cohort::runtime::learning;

TEST_CASE("a subtask counts for its kind, with its error type and with any") {
  ended_task task;
  task.subtask("s1", "merged", 2, "syntax")
    .subtask("s2", "failed", 4, "syntax")
    .subtask("s3", "withdrawn", 6, "macro")
    .subtask("s4", "nothing repaired", 8, "macro");
  auto lessons = lessons_of(task.result);
  REQUIRE(lessons.kinds.size() == 3);
  auto& any = lessons.kinds[0];
  CHECK(any.error_type().empty());
  CHECK(any.succeeded() == 1);
  CHECK(any.failed() == 2);
  CHECK(any.mean_seconds() == doctest::Approx(4));
  CHECK(lessons.kinds[1].error_type() == "macro");
  CHECK(lessons.kinds[1].failed() == 1);
  CHECK(lessons.kinds[2].succeeded() == 1);
  CHECK(lessons.kinds[2].failed() == 1);
}

TEST_CASE("an outage says nothing of the work that it stopped") {
  for (auto code : {runtime::errc::timed_out, runtime::errc::crashed,
                    runtime::errc::busy, runtime::errc::storage_failed}) {
    ended_task task;
    task.subtask("s1", "failed");
    task.result.mutable_subtasks(0)->set_error_code(
      static_cast<uint32_t>(code));
    CHECK(lessons_of(task.result).kinds.empty());
  }
  ended_task task;
  task.subtask("s1", "failed");
  task.result.mutable_subtasks(0)->set_error_code(
    static_cast<uint32_t>(runtime::errc::tool_failed));
  CHECK(lessons_of(task.result).kinds.size() == 2);
}

TEST_CASE("a plan that was not carried out says nothing of its judges") {
  ended_task task;
  task.subtask("s1", "merged");
  *task.verdict("granularity").add_predictions()
    = prediction(pb::FINDING_KIND_GRANULARITY, 0.9);
  CHECK(lessons_of(task.result).judges.size() == 1);
  task.result.mutable_subtasks(0)->set_subtask_id("fallback");
  CHECK(lessons_of(task.result).judges.empty());
}

TEST_CASE("what mostly failed is tried again some day") {
  pb::KindRecord record;
  record.set_failed(64);
  record.set_succeeded(2);
  CHECK(aged(record, 0).failed() == 64);
  CHECK(aged(record, 20).failed() == 32);
  CHECK(aged(record, 20).succeeded() == 1);
  CHECK(aged(record, 100).failed() < 4);
  CHECK(aged(record, UINT64_MAX).failed() == 0);
}

TEST_CASE("a task without a split teaches nothing") {
  auto lessons = lessons_of({});
  CHECK(lessons.kinds.empty());
  CHECK(lessons.judges.empty());
}

TEST_CASE("old experience fades: after a change the record turns round") {
  pb::KindRecord record;
  pb::KindRecord failure;
  failure.set_failed(1);
  pb::KindRecord success;
  success.set_succeeded(1);
  for (int i = 0; i < 10'000; ++i)
    record = sum(record, failure);
  CHECK(record.failed() <= 256);
  for (int i = 0; i < 400; ++i)
    record = sum(record, success);
  CHECK(record.succeeded() > record.failed());
}

TEST_CASE("a judge's long record is halved, and its mean stays") {
  pb::JudgeRecord record;
  pb::JudgeRecord more;
  more.set_judge("a");
  more.set_predictions(100);
  more.set_brier_sum(20);
  for (int i = 0; i < 100; ++i)
    record = sum(record, more);
  CHECK(record.judge() == "a");
  CHECK(record.predictions() <= 4096);
  CHECK(record.brier_sum() / static_cast<double>(record.predictions())
        == doctest::Approx(0.2));
}

} // namespace cohort::tests::history_test
