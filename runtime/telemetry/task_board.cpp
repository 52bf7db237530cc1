#include "runtime/telemetry/task_board.hpp"

#include <algorithm>

namespace cohort::runtime::telemetry {

namespace {

constexpr size_t ended_tasks_max = 256;

} // namespace

task_board::task& task_board::get(const pb::ProgressEvent& event) {
  auto found = std::find_if(tasks_.rbegin(), tasks_.rend(), [&](auto& known) {
    return known.id == event.task_id();
  });
  if (found != tasks_.rend())
    return *found;
  auto& added = tasks_.emplace_back();
  added.id = event.task_id();
  added.started = event.time();
  return added;
}

bool task_board::see(const pb::ProgressEvent& event) {
  auto& known = get(event);
  if (event.kind() != pb::PROGRESS_KIND_RESULT
      || known.outcome != pb::TASK_OUTCOME_UNSPECIFIED)
    return false;
  known.ended = event.time();
  known.outcome = event.result().outcome();
  forget_oldest();
  return true;
}

void task_board::forget_oldest() {
  if (tasks_.size() - running() <= ended_tasks_max)
    return;
  tasks_.erase(std::find_if(tasks_.begin(), tasks_.end(), [](auto& known) {
    return known.outcome != pb::TASK_OUTCOME_UNSPECIFIED;
  }));
}

size_t task_board::running() const {
  return static_cast<size_t>(
    std::count_if(tasks_.begin(), tasks_.end(), [](auto& known) {
      return known.outcome == pb::TASK_OUTCOME_UNSPECIFIED;
    }));
}

void task_board::report(const std::string& task_id, pb::TraceReport& to) const {
  auto found = std::find_if(tasks_.begin(), tasks_.end(),
                            [&](auto& known) { return known.id == task_id; });
  if (found == tasks_.end())
    return;
  *to.mutable_started() = found->started;
  to.set_outcome(found->outcome);
  if (found->outcome != pb::TASK_OUTCOME_UNSPECIFIED)
    *to.mutable_ended() = found->ended;
}

} // namespace cohort::runtime::telemetry
