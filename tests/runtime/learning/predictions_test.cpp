#include "runtime/learning/predictions.hpp"

#include <doctest/doctest.h>

#include "tests/runtime/learning/ended_task.hpp"

namespace cohort::tests::predictions_test {

using namespace cohort::runtime::learning;

namespace {

std::optional<bool> truth(const ended_task& task, pb::FindingKind kind,
                          const std::string& subtask = {},
                          unsigned workers = 2) {
  return came_true(prediction(kind, 0.5, subtask), ends_of(task.result),
                   workers);
}

} // namespace

TEST_CASE("what ended how decides what came true") {
  ended_task task;
  task.subtask("s1", "merged")
    .subtask("s2", "conflict")
    .subtask("s3", "withdrawn")
    .subtask("s4", "failed")
    .subtask("s5", "nothing repaired");
  CHECK(truth(task, pb::FINDING_KIND_CONFLICT, "s1") == false);
  CHECK(truth(task, pb::FINDING_KIND_CONFLICT, "s2") == true);
  CHECK(truth(task, pb::FINDING_KIND_CONFLICT) == true);
  CHECK(truth(task, pb::FINDING_KIND_REGRESSION, "s2") == false);
  CHECK(truth(task, pb::FINDING_KIND_REGRESSION, "s3") == true);
  CHECK(truth(task, pb::FINDING_KIND_HISTORY, "s4") == true);
  CHECK(truth(task, pb::FINDING_KIND_HISTORY, "s1") == false);
  CHECK(truth(task, pb::FINDING_KIND_HISTORY, "s5") == std::nullopt);
  CHECK(truth(task, pb::FINDING_KIND_HISTORY, "s9") == std::nullopt);
  CHECK(truth(task, pb::FINDING_KIND_INVARIANT) == std::nullopt);
  CHECK(truth({}, pb::FINDING_KIND_CONFLICT) == std::nullopt);
}

TEST_CASE("times decide about balance and overhead") {
  ended_task uneven;
  uneven.subtask("s1", "merged", 9).subtask("s2", "merged", 1);
  CHECK(truth(uneven, pb::FINDING_KIND_IMBALANCE, "s1") == true);
  CHECK(truth(uneven, pb::FINDING_KIND_IMBALANCE, "s2") == false);
  CHECK(truth(uneven, pb::FINDING_KIND_IMBALANCE, "s1", 1) == false);
  CHECK(truth(uneven, pb::FINDING_KIND_GRANULARITY) == false);
  ended_task tiny;
  tiny.subtask("s1", "merged", 0.01).subtask("s2", "merged", 0.02);
  CHECK(truth(tiny, pb::FINDING_KIND_GRANULARITY) == true);
}

TEST_CASE("a later round's subtask of the same id decides nothing") {
  ended_task task;
  task.subtask("s1", "failed");
  auto& later = *task.result.add_subtasks();
  later.set_subtask_id("s1");
  later.set_state("merged");
  later.set_merged(true);
  CHECK(truth(task, pb::FINDING_KIND_HISTORY, "s1") == true);
}

TEST_CASE("a judge's score is the sum of squared errors, of the last review "
          "round") {
  ended_task task;
  task.subtask("s1", "merged").subtask("s2", "conflict");
  *task.verdict("conflict", 1).add_predictions()
    = prediction(pb::FINDING_KIND_CONFLICT, 1, "s1");
  auto& honest = task.verdict("conflict", 2);
  *honest.add_predictions() = prediction(pb::FINDING_KIND_CONFLICT, 0.1, "s1");
  *honest.add_predictions() = prediction(pb::FINDING_KIND_CONFLICT, 0.9, "s2");
  *honest.add_predictions() = prediction(pb::FINDING_KIND_CONFLICT, 0.9, "s7");
  *task.verdict("liar", 2).add_predictions()
    = prediction(pb::FINDING_KIND_CONFLICT, 0, "s2");
  task.verdict("silent", 2);
  auto records = score_judges(task.result, ends_of(task.result));
  REQUIRE(records.size() == 2);
  CHECK(records[0].judge() == "conflict");
  CHECK(records[0].predictions() == 2);
  CHECK(records[0].brier_sum() == doctest::Approx(0.02));
  CHECK(records[1].judge() == "liar");
  CHECK(records[1].brier_sum() == 1);
}

} // namespace cohort::tests::predictions_test
