#pragma once

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "runtime/scheduling/makespan/list_scheduler.hpp"

namespace cohort::tests {

using namespace cohort::runtime::scheduling;

/// A graph as it was given, and as it is used.
struct random_graph {
  std::vector<double> seconds;
  std::vector<dependency> dependencies;
  task_graph graph;
};

/// Of what is ready, the largest upward rank first.
inline schedule schedule_by_rank(const task_graph& graph, size_t workers) {
  list_scheduler scheduler{graph, workers};
  scheduler.run(priority_list::by_largest(scheduler.ranks()));
  return scheduler.last();
}

/// Up to `most` tasks of whole seconds below `longest`, each after some earlier
/// ones, under numbers that say nothing about their order.
inline random_graph draw_graph(uint64_t seed, size_t most,
                               uint64_t longest = 10) {
  std::mt19937_64 random{seed};
  random_graph result;
  auto tasks = 1 + random() % most;
  std::vector<task_index> number(tasks);
  std::iota(number.begin(), number.end(), task_index{0});
  std::shuffle(number.begin(), number.end(), random);
  auto density = random() % 100;
  for (size_t i = 0; i < tasks; ++i) {
    result.seconds.push_back(static_cast<double>(random() % longest));
    for (size_t k = 0; k < i; ++k)
      if (random() % 100 < density / (1 + i / 4))
        result.dependencies.push_back({number[k], number[i]});
  }
  result.graph = *make_task_graph(result.seconds, result.dependencies);
  return result;
}

/// What is wrong with a schedule; empty: nothing.
inline std::string fault_of(const task_graph& graph, const schedule& plan,
                            size_t workers) {
  auto end = [&](task_index task) {
    return plan.starts[task] + graph.seconds[task];
  };
  double last = 0;
  for (task_index i = 0; i < graph.size(); ++i) {
    last = std::max(last, end(i));
    if (plan.starts[i] < 0)
      return "a task begins before the beginning";
    for (auto earlier : graph.before[i])
      if (plan.starts[i] < end(earlier))
        return "a task begins before what it waits for has ended";
  }
  if (last != plan.makespan)
    return "the makespan is not when the last task ends";
  auto worker = assign_workers(graph, plan, workers);
  for (task_index i = 0; i < graph.size(); ++i) {
    if (worker[i] >= workers)
      return "a worker that is not there";
    for (task_index k = 0; k < i; ++k)
      if (worker[i] == worker[k] && plan.starts[i] < end(k)
          && plan.starts[k] < end(i))
        return "two tasks at once on a worker";
  }
  return "";
}

} // namespace cohort::tests
