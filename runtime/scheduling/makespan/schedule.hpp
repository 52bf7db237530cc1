#pragma once

#include <cstddef>
#include <vector>

#include "runtime/scheduling/makespan/task_graph.hpp"

namespace cohort::runtime::scheduling {

/// When each task of a graph begins, on workers that are all alike.
struct schedule {
  double makespan = 0; // When the last task ends.
  std::vector<double> starts;
};

/// Gives each task a worker, below `workers`, that is free while it runs.
/// REQUIRES: at no instant more than `workers` tasks run.
/// Costs: O(n log n).
std::vector<size_t> assign_workers(const task_graph& graph,
                                   const schedule& plan, size_t workers);

} // namespace cohort::runtime::scheduling
