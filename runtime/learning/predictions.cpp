#include "runtime/learning/predictions.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "runtime/errc.hpp"

namespace cohort::runtime::learning {

namespace {

constexpr double unfair = 1.5;            // Times a worker's fair share.
constexpr double overhead_seconds = 0.05; // Of a subtask.
constexpr double seconds_max = 1e9;       // Keeps sums finite.

double bounded(double seconds) {
  return std::min(std::max(0.0, seconds), seconds_max);
}

double seconds_of(const subtask_ends& ends) {
  double result = 0;
  for (auto& entry : ends)
    result += entry.second.work_seconds;
  return result;
}

/// Whether `is_so` holds of one of the subtasks; of any, when none is named.
template <class Predicate>
std::optional<bool> any_of(const pb::Prediction& prediction,
                           const subtask_ends& ends, Predicate is_so) {
  if (prediction.subtasks().empty())
    return std::any_of(ends.begin(), ends.end(),
                       [&](auto& entry) { return is_so(entry.second); });
  auto result = false;
  for (auto& id : prediction.subtasks()) {
    auto found = ends.find(id);
    if (found == ends.end())
      return std::nullopt;
    result |= is_so(found->second);
  }
  return result;
}

/// Not about a time that was over, a machine that was lost or a disk that was
/// full: who comes next may fare better.
bool is_about_the_work(uint32_t code) {
  switch (static_cast<errc>(code)) {
    case errc::storage_failed:
    case errc::state_locked:
    case errc::workspace_moved:
    case errc::busy:
    case errc::cancelled:
    case errc::timed_out:
    case errc::crashed:
    case errc::internal:
    case errc::unreachable:
      return false;
    default:
      return true;
  }
}

unsigned workers_of(const pb::TaskResult& result) {
  auto count = std::count_if(result.workers().begin(), result.workers().end(),
                             [](auto& x) { return x.units() > 0; });
  return std::max(1U, static_cast<unsigned>(count));
}

} // namespace

subtask_ends ends_of(const pb::TaskResult& result) {
  subtask_ends ends;
  std::set<std::string> planned;
  for (auto& subtask : result.plan().subtasks())
    planned.insert(subtask.id());
  for (auto& subtask : result.subtasks()) {
    // What comes later under the same name is of another round.
    if (planned.erase(subtask.subtask_id()) == 0)
      continue;
    auto& state = subtask.state();
    auto was_withdrawn = state == "withdrawn";
    auto has_clashed = was_withdrawn || state == "conflict";
    auto has_failed = has_clashed
                      || (state == "failed"
                          && is_about_the_work(subtask.error_code()));
    if (subtask.merged() || has_failed)
      ends.try_emplace(
        subtask.subtask_id(),
        subtask_end{has_failed, has_clashed, was_withdrawn,
                    bounded(subtask.seconds() + subtask.seconds_saved())});
  }
  return ends;
}

std::optional<bool> came_true(const pb::Prediction& prediction,
                              const subtask_ends& ends, unsigned workers) {
  if (ends.empty())
    return std::nullopt;
  auto total = seconds_of(ends);
  switch (prediction.kind()) {
    case pb::FINDING_KIND_CONFLICT:
      return any_of(prediction, ends, [](auto& x) { return x.has_clashed; });
    case pb::FINDING_KIND_REGRESSION:
      return any_of(prediction, ends, [](auto& x) { return x.was_withdrawn; });
    case pb::FINDING_KIND_HISTORY:
      return any_of(prediction, ends, [](auto& x) { return x.has_failed; });
    case pb::FINDING_KIND_IMBALANCE:
      if (total <= 0)
        return std::nullopt;
      return any_of(prediction, ends, [&](auto& x) {
        return x.work_seconds > unfair * total / std::max(workers, 1U);
      });
    case pb::FINDING_KIND_GRANULARITY:
      return total < overhead_seconds * static_cast<double>(ends.size());
    default:
      return std::nullopt;
  }
}

std::vector<pb::JudgeRecord> score_judges(const pb::TaskResult& result,
                                          const subtask_ends& ends) {
  if (result.verdicts().empty())
    return {};
  auto last_round = result.verdicts().rbegin()->round();
  auto workers = workers_of(result);
  std::vector<pb::JudgeRecord> records;
  for (auto& verdict : result.verdicts()) {
    if (verdict.round() != last_round)
      continue;
    pb::JudgeRecord record;
    record.set_judge(verdict.judge());
    for (auto& prediction : verdict.predictions())
      if (auto truth = came_true(prediction, ends, workers)) {
        auto off = prediction.probability() - (*truth ? 1 : 0);
        record.set_predictions(record.predictions() + 1);
        record.set_brier_sum(record.brier_sum() + off * off);
      }
    if (record.predictions() > 0)
      records.push_back(std::move(record));
  }
  return records;
}

} // namespace cohort::runtime::learning
