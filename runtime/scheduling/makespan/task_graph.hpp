#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// Tasks that take time and wait for each other.
///
/// Pure. Units: seconds. Costs: O(tasks + dependencies) each.
namespace cohort::runtime::scheduling {

using task_index = uint32_t;

/// Lists of tasks, one for each task, in one piece of memory.
class adjacency {
public:
  adjacency() = default;
  /// Those that `to` names for each of `from`, in the order of the pairs, each
  /// once. REQUIRES: both have the same size, below 2^32, and name tasks below
  /// `tasks`.
  adjacency(size_t tasks, std::span<const task_index> from,
            std::span<const task_index> to);

  [[nodiscard]] std::span<const task_index> operator[](task_index task) const {
    return {tasks_.data() + begins_[task],
            tasks_.data() + begins_[size_t{task} + 1]};
  }
  /// How many there are in all lists.
  [[nodiscard]] size_t size() const {
    return tasks_.size();
  }

private:
  std::vector<uint32_t> begins_;
  std::vector<task_index> tasks_;
};

struct dependency {
  task_index before; // Must have ended
  task_index after;  // before this one begins.
};

/// Tasks are numbered so that each is larger than all that it waits for, which
/// also keeps those that run at the same time close to each other in memory.
struct task_graph {
  std::vector<double> seconds;   // Finite, and not negative.
  adjacency before;              // What each waits for.
  adjacency after;               // What waits for each.
  std::vector<task_index> given; // The number that each had to begin with.

  [[nodiscard]] size_t size() const {
    return seconds.size();
  }
};

/// Nothing when the dependencies have a cycle. REQUIRES: dependencies name
/// tasks below seconds.size(), which is below 2^32 - 1; seconds are finite and
/// not negative.
std::optional<task_graph>
make_task_graph(const std::vector<double>& seconds,
                const std::vector<dependency>& dependencies);

/// Tasks of which each must end before the next one, and the last before the
/// first; empty when there is no cycle.
std::vector<task_index> find_cycle(size_t tasks,
                                   const std::vector<dependency>& dependencies);

/// For each task its own time and that of the longest chain of tasks that wait
/// for it: no schedule ends earlier than so long after the task begins. Of what
/// is ready, to begin with the largest is a good rule.
/// Source: Topcuoglu, Hariri and Wu, "Performance-effective and low-complexity
///         task scheduling for heterogeneous computing" (HEFT), 2002, for
///         workers that are all alike.
std::vector<double> upward_ranks(const task_graph& graph);

/// How long each task has to wait at least for those before it.
std::vector<double> earliest_starts(const task_graph& graph);

} // namespace cohort::runtime::scheduling
