#include "runtime/learning/history.hpp"

#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "runtime/learning/durations.hpp"
#include "runtime/learning/predictions.hpp"

namespace cohort::runtime::learning {

namespace {

constexpr uint64_t ended_max = 256; // Of a kind.
constexpr double half_life_tasks = 20;
constexpr uint64_t predictions_max = 4096; // Of a judge.

using kind_key = std::tuple<int, std::string, std::string>;
using kind_map = std::map<kind_key, pb::KindRecord>;

void learn(kind_map& kinds, const pb::Subtask& subtask,
           const std::string& error_type, const subtask_end& ended) {
  auto& specialty = subtask.specialty();
  auto& record = kinds[{specialty.kind(), specialty.custom_name(), error_type}];
  pb::KindRecord one;
  *one.mutable_specialty() = specialty;
  one.set_error_type(error_type);
  one.set_succeeded(ended.has_failed ? 0 : 1);
  one.set_failed(ended.has_failed ? 1 : 0);
  one.set_mean_seconds(ended.work_seconds);
  record = sum(record, one);
}

double count(const pb::KindRecord& record) {
  return static_cast<double>(record.succeeded() + record.failed());
}

} // namespace

history lessons_of(const pb::TaskResult& result) {
  auto ends = ends_of(result);
  kind_map kinds;
  for (auto& subtask : result.plan().subtasks()) {
    auto found = ends.find(subtask.id());
    if (found == ends.end())
      continue;
    learn(kinds, subtask, "", found->second);
    if (!subtask.error_type().empty())
      learn(kinds, subtask, subtask.error_type(), found->second);
  }
  history lessons;
  for (auto& entry : kinds)
    lessons.kinds.push_back(std::move(entry.second));
  lessons.durations = durations_of(result);
  lessons.judges = score_judges(result, ends);
  return lessons;
}

pb::HistoryReport report_of(const history& known) {
  pb::HistoryReport report;
  report.mutable_kinds()->Assign(known.kinds.begin(), known.kinds.end());
  report.mutable_judges()->Assign(known.judges.begin(), known.judges.end());
  report.mutable_durations()->Assign(known.durations.begin(),
                                     known.durations.end());
  return report;
}

pb::KindRecord aged(const pb::KindRecord& record, uint64_t tasks) {
  auto result = record;
  auto part = std::exp2(-static_cast<double>(tasks) / half_life_tasks);
  auto left = [&](uint64_t n) {
    return static_cast<uint64_t>(std::round(static_cast<double>(n) * part));
  };
  result.set_succeeded(left(record.succeeded()));
  result.set_failed(left(record.failed()));
  return result;
}

pb::KindRecord sum(const pb::KindRecord& known, const pb::KindRecord& more) {
  auto result = more;
  auto all = count(known) + count(more);
  result.set_succeeded(known.succeeded() + more.succeeded());
  result.set_failed(known.failed() + more.failed());
  result.set_mean_seconds(all > 0 ? (known.mean_seconds() * count(known)
                                     + more.mean_seconds() * count(more))
                                      / all
                                  : 0);
  if (result.succeeded() + result.failed() > ended_max) {
    result.set_succeeded(result.succeeded() / 2);
    result.set_failed(result.failed() / 2);
  }
  return result;
}

pb::JudgeRecord sum(const pb::JudgeRecord& known, const pb::JudgeRecord& more) {
  auto result = more;
  result.set_predictions(known.predictions() + more.predictions());
  result.set_brier_sum(known.brier_sum() + more.brier_sum());
  if (result.predictions() > predictions_max) {
    auto kept = result.predictions() / 2;
    result.set_brier_sum(result.brier_sum() * static_cast<double>(kept)
                         / static_cast<double>(result.predictions()));
    result.set_predictions(kept);
  }
  return result;
}

} // namespace cohort::runtime::learning
