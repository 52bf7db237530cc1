#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "runtime/scheduling/makespan/task_graph.hpp"

namespace cohort::runtime::scheduling {

/// The order in which tasks are taken where there is a choice. It need not be
/// one in which they could run.
///
/// Pure. Costs: O(n) from keys that are spread evenly, else up to O(n log n);
/// O(distance) to move a task.
class priority_list {
public:
  /// The task with the largest key first; of equal ones that with the smaller
  /// number. REQUIRES: the difference of any two keys is finite.
  static priority_list by_largest(std::span<const double> keys);

  /// REQUIRES: every task once.
  void assign(std::span<const task_index> tasks);

  /// Puts the task at `from` to `to`; those between move by one.
  void move(size_t from, size_t to);

  [[nodiscard]] size_t size() const {
    return tasks_.size();
  }
  [[nodiscard]] task_index task_at(size_t place) const {
    return tasks_[place];
  }
  [[nodiscard]] size_t place_of(task_index task) const {
    return places_[task];
  }

private:
  std::vector<task_index> tasks_;
  std::vector<task_index> places_; // Of each task in tasks_.
};

} // namespace cohort::runtime::scheduling
