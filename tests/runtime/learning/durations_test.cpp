#include "runtime/learning/durations.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "tests/runtime/learning/ended_task.hpp"

namespace cohort::tests::durations_test {

using namespace cohort::runtime::learning;

namespace {

pb::DurationRecord one(double ratio) {
  pb::DurationRecord record;
  record.set_ended(1);
  record.set_ratio(ratio);
  record.set_spread(1);
  return record;
}

pb::DurationRecord many(int count, double ratio) {
  pb::DurationRecord record;
  for (int i = 0; i < count; ++i)
    record = sum(record, one(ratio));
  return record;
}

pb::Subtask subtask(const std::string& error_type, int errors) {
  pb::Subtask result;
  result.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  result.set_error_type(error_type);
  for (int i = 0; i < errors; ++i)
    result.add_diagnostics(static_cast<uint32_t>(i));
  result.set_effort_seconds(10);
  return result;
}

pb::DurationRecord known(const std::string& error_type, uint32_t size,
                         double ratio, int count = 64) {
  auto record = many(count, ratio);
  record.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  record.set_error_type(error_type);
  record.set_size_class(size);
  return record;
}

} // namespace

TEST_CASE("what is merged counts, for its type and size and for all") {
  ended_task task;
  task.subtask("s1", "merged", 6).subtask("s2", "failed", 6);
  for (auto& planned : *task.result.mutable_plan()->mutable_subtasks()) {
    planned.set_effort_seconds(2);
    planned.add_diagnostics(0);
  }
  auto records = durations_of(task.result);
  REQUIRE(records.size() == 3);
  CHECK(records[0].error_type().empty());
  CHECK(records[1].size_class() == 0);
  CHECK(records[2].error_type() == "syntax");
  CHECK(records[2].size_class() == 1);
  for (auto& record : records)
    CHECK(record.ratio() == doctest::Approx(3));
}

TEST_CASE("what is learnt is against the model, not against what was learnt") {
  ended_task task;
  task.subtask("s1", "merged", 6);
  auto& planned = *task.result.mutable_plan()->mutable_subtasks(0);
  planned.set_effort_seconds(6);
  planned.set_model_seconds(2);
  CHECK(durations_of(task.result).at(0).ratio() == doctest::Approx(3));
}

TEST_CASE("known answers are no speed of the work") {
  ended_task task;
  task.subtask("s1", "merged", 1);
  task.result.mutable_subtasks(0)->set_seconds_saved(5);
  task.result.mutable_plan()->mutable_subtasks(0)->set_effort_seconds(2);
  CHECK(durations_of(task.result).at(0).ratio() == doctest::Approx(3));
}

TEST_CASE("one that is far off does not spoil a record") {
  auto record = many(20, 2);
  auto spoilt = sum(record, one(1e9));
  CHECK(spoilt.ratio() < 1.3 * record.ratio());
  CHECK(spoilt.spread() > record.spread());
}

TEST_CASE("after a change the record turns round") {
  auto record = many(1000, 4);
  CHECK(record.ratio() == doctest::Approx(4).epsilon(0.01));
  for (int i = 0; i < 200; ++i)
    record = sum(record, one(0.5));
  CHECK(record.ratio() < 0.7);
}

TEST_CASE("numbers that make no sense change nothing, and stay finite") {
  for (auto ratio : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                     std::numeric_limits<double>::quiet_NaN()}) {
    auto record = sum(many(3, 2), one(ratio));
    CHECK(std::isfinite(record.ratio()));
    CHECK(record.ratio() > 0);
    CHECK(record.spread() >= 1);
    CHECK(factor_for(subtask("syntax", 1), {known("syntax", 1, ratio)})
          == doctest::Approx(1));
  }
}

TEST_CASE("the closest kind decides") {
  std::vector<pb::DurationRecord> all{known("", 0, 8), known("syntax", 0, 4),
                                      known("syntax", 2, 2)};
  CHECK(factor_for(subtask("syntax", 3), all)
        == doctest::Approx(2).epsilon(.1));
  CHECK(factor_for(subtask("syntax", 9), all)
        == doctest::Approx(4).epsilon(.1));
  CHECK(factor_for(subtask("macro", 3), all) == doctest::Approx(8).epsilon(.1));
  CHECK(factor_for(subtask("macro", 3), {}) == 1);
  all[0].mutable_specialty()->set_kind(pb::SPECIALTY_KIND_TESTING);
  CHECK(factor_for(subtask("macro", 3), all) == 1);
}

TEST_CASE("a new size is taken for what its type took, not for the model") {
  std::vector<pb::DurationRecord> all{known("syntax", 0, 8),
                                      known("syntax", 2, 8, 1)};
  CHECK(factor_for(subtask("syntax", 3), all)
        == doctest::Approx(8).epsilon(.1));
}

TEST_CASE("one subtask alone is not believed") {
  auto factor = factor_for(subtask("", 1), {known("", 0, 4, 1)});
  CHECK(factor > 1.5);
  CHECK(factor < 2.5);
}

TEST_CASE("efforts are corrected once, however often it is done") {
  pb::Decomposition plan;
  *plan.add_subtasks() = subtask("syntax", 1);
  *plan.add_subtasks() = subtask("macro", 1);
  std::vector<pb::DurationRecord> all{known("syntax", 1, 3)};
  CHECK(correct_efforts(plan, all) == 1);
  CHECK(correct_efforts(plan, all) == 1);
  CHECK(plan.subtasks(0).model_seconds() == 10);
  CHECK(plan.subtasks(0).effort_seconds() == doctest::Approx(30).epsilon(.1));
  CHECK(plan.subtasks(1).model_seconds() == 0);
  CHECK(plan.subtasks(1).effort_seconds() == 10);
}

} // namespace cohort::tests::durations_test
