#include "runtime/scheduling/task_tallies.hpp"

#include <utility>

#include "runtime/telemetry/metrics.hpp"

namespace cohort::runtime::scheduling {

void task_tallies::add(const std::string& task_id, const std::string& worker,
                       const pb::AttemptResult& result,
                       std::chrono::nanoseconds took) {
  if (latest_ == nullptr || latest_->first != task_id) {
    latest_ = &*tasks_.try_emplace(task_id).first;
    bound();
  }
  auto& tally = latest_->second[worker];
  if (result.has_error())
    tally.set_failed(tally.failed() + 1);
  else
    tally.set_finished(tally.finished() + 1);
  tally.set_busy_seconds(tally.busy_seconds()
                         + std::chrono::duration<double>(took).count());
  if (result.has_metrics())
    telemetry::add(*tally.mutable_metrics(), result.metrics());
}

void task_tallies::bound() {
  if (tasks_.size() <= tasks_max)
    return;
  auto oldest = tasks_.begin();
  if (&*oldest == latest_)
    ++oldest;
  tasks_.erase(oldest);
}

pb::PoolReport task_tallies::take(const std::string& task_id) {
  pb::PoolReport report;
  auto found = tasks_.find(task_id);
  if (found == tasks_.end())
    return report;
  for (auto& [worker, tally] : found->second) {
    tally.set_worker(worker);
    *report.add_workers() = std::move(tally);
  }
  if (latest_ == &*found)
    latest_ = nullptr;
  tasks_.erase(found);
  return report;
}

} // namespace cohort::runtime::scheduling
