#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "runtime/scheduling/makespan/place_set.hpp"
#include "runtime/scheduling/makespan/priority_list.hpp"
#include "runtime/scheduling/makespan/schedule.hpp"

namespace cohort::runtime::scheduling {

/// Begins tasks as workers become free: of those whose dependencies have ended
/// the first one of a list, and no worker waits while there is one.
///
/// The makespan is at most 2 - 1 / workers times the least possible, whatever
/// the list.
///
/// Pure; keeps its memory from run to run.
/// Units:   seconds.
/// Costs:   O(log64 tasks + log workers) for each task, and O(1) for each
///          dependency.
/// Source:  Graham, "Bounds for certain multiprocessing anomalies", 1966; the
///          parallel schedule generation scheme of Kolisch and Hartmann,
///          "Heuristic algorithms for the resource-constrained project
///          scheduling problem", 1999.
class list_scheduler {
public:
  static constexpr auto no_limit = std::numeric_limits<double>::infinity();
  static constexpr auto nobody = UINT32_MAX;

  /// REQUIRES: workers >= 1, and the graph outlives this.
  list_scheduler(const task_graph& graph, size_t workers);

  /// Nothing, as soon as it is certain that the makespan is above `limit`; what
  /// the run has left is then of no use.
  std::optional<double> run(const priority_list& list, double limit = no_limit);

  /// The same from the end: each task begins when all that wait for it have
  /// ended. Read backwards in time that is a schedule, too.
  double run_backwards(const priority_list& list);

  // Of the last run. Of one backwards, times count from the end.
  /// The tasks as they began,
  [[nodiscard]] std::span<const task_index> sequence() const {
    return sequence_;
  }
  /// when each of these began,
  [[nodiscard]] std::span<const double> times() const {
    return times_;
  }
  /// and the task whose end let it begin, for its result or for its worker;
  /// nobody at the beginning.
  [[nodiscard]] std::span<const task_index> waited_for() const {
    return waited_for_;
  }
  [[nodiscard]] schedule last() const;

  [[nodiscard]] const std::vector<double>& ranks() const {
    return ranks_;
  }
  [[nodiscard]] uint64_t runs() const {
    return runs_;
  }

private:
  std::optional<double> run(const priority_list& list, double limit,
                            const adjacency& before, const adjacency& after);

  const task_graph& graph_;
  size_t workers_;
  std::vector<double> ranks_; // Upward ranks.
  uint64_t runs_ = 0;

  // Of the run.
  std::vector<task_index> open_; // How many each task waits for.
  place_set ready_;
  std::vector<std::pair<double, task_index>> running_; // A heap, by the end.
  // In the order in which tasks begin, which is how memory likes to be written.
  std::vector<task_index> sequence_;
  std::vector<double> times_;
  std::vector<task_index> waited_for_;
  double makespan_ = 0;
};

} // namespace cohort::runtime::scheduling
