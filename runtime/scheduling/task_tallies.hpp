#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"

namespace cohort::runtime::scheduling {

namespace pb = messages::v1;

/// What workers did for each task, until somebody takes it. Of more than
/// `tasks_max`, whose takers died or which had late attempts, those whose ids
/// are the least, and so the oldest, are forgotten.
///
/// Costs: O(log workers) an attempt of the task that came last, O(log tasks)
/// more for another one.
class task_tallies {
public:
  /// Many times what a head admits at once.
  static constexpr size_t tasks_max = 4096;

  void add(const std::string& task_id, const std::string& worker,
           const pb::AttemptResult& result, std::chrono::nanoseconds took);

  /// A report of the task's workers, with `finished`, `failed`, `busy_seconds`
  /// and `metrics` of it alone. The task is forgotten.
  [[nodiscard]] pb::PoolReport take(const std::string& task_id);

private:
  void bound();

  using by_worker = std::map<std::string, pb::WorkerStatus>;

  std::map<std::string, by_worker> tasks_;
  std::map<std::string, by_worker>::value_type* latest_ = nullptr;
};

} // namespace cohort::runtime::scheduling
