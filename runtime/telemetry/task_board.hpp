#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "messages/v1/progress.pb.h"
#include "messages/v1/telemetry.pb.h"

namespace cohort::runtime::telemetry {

namespace pb = messages::v1;

/// Which tasks run, and which ended lately: read off their progress.
///
/// Bounded: of the tasks that ended, the newest 256 are remembered.
/// Costs: O(tasks remembered) for each event.
class task_board {
public:
  /// Returns whether the event ends its task.
  bool see(const pb::ProgressEvent& event);
  [[nodiscard]] size_t running() const;
  /// Sets the task's times and its outcome, where they are known.
  void report(const std::string& task_id, pb::TraceReport& to) const;

private:
  struct task {
    std::string id;
    google::protobuf::Timestamp started;
    google::protobuf::Timestamp ended;
    pb::TaskOutcome outcome = pb::TASK_OUTCOME_UNSPECIFIED; // It runs.
  };

  task& get(const pb::ProgressEvent& event);
  void forget_oldest();

  std::deque<task> tasks_; // By the time at which they were heard of.
};

} // namespace cohort::runtime::telemetry
