#include "runtime/scheduling/makespan/task_graph.hpp"

#include <algorithm>
#include <numeric>

namespace cohort::runtime::scheduling {

namespace {

struct both_ways {
  adjacency before;
  adjacency after;
};

both_ways both_ways_of(size_t tasks,
                       const std::vector<dependency>& dependencies) {
  std::vector<task_index> earlier;
  std::vector<task_index> later;
  for (auto& one : dependencies) {
    earlier.push_back(one.before);
    later.push_back(one.after);
  }
  return {{tasks, later, earlier}, {tasks, earlier, later}};
}

/// Each task behind those that it waits for; lacks what is on or behind a
/// cycle.
std::vector<task_index> order_of(size_t tasks, const both_ways& edges) {
  std::vector<size_t> open(tasks);
  std::vector<task_index> result;
  result.reserve(tasks);
  for (task_index i = 0; i < tasks; ++i) {
    open[i] = edges.before[i].size();
    if (open[i] == 0)
      result.push_back(i);
  }
  for (size_t next = 0; next < result.size(); ++next)
    for (auto waiting : edges.after[result[next]])
      if (--open[waiting] == 0)
        result.push_back(waiting);
  return result;
}

} // namespace

adjacency::adjacency(size_t tasks, std::span<const task_index> from,
                     std::span<const task_index> to)
  : begins_(tasks + 1) {
  for (auto task : from)
    ++begins_[size_t{task} + 1];
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
  std::vector<uint32_t> ends{begins_.begin(), begins_.end() - 1};
  tasks_.resize(from.size());
  for (size_t i = 0; i < from.size(); ++i)
    tasks_[ends[from[i]]++] = to[i];
  // What was named twice goes.
  constexpr auto nobody = UINT32_MAX;
  std::vector<task_index> named_by(tasks, nobody);
  uint32_t kept = 0;
  for (size_t i = 0; i < tasks; ++i) {
    auto begin = begins_[i];
    begins_[i] = kept;
    for (auto k = begin; k < ends[i]; ++k)
      if (named_by[tasks_[k]] != i) {
        named_by[tasks_[k]] = static_cast<task_index>(i);
        tasks_[kept++] = tasks_[k];
      }
  }
  begins_[tasks] = kept;
  tasks_.resize(kept);
}

std::optional<task_graph>
make_task_graph(const std::vector<double>& seconds,
                const std::vector<dependency>& dependencies) {
  auto tasks = seconds.size();
  task_graph result;
  result.given = order_of(tasks, both_ways_of(tasks, dependencies));
  if (result.given.size() < tasks)
    return std::nullopt;
  std::vector<task_index> number(tasks);
  for (task_index i = 0; i < tasks; ++i) {
    number[result.given[i]] = i;
    result.seconds.push_back(seconds[result.given[i]]);
  }
  std::vector<dependency> renumbered;
  renumbered.reserve(dependencies.size());
  for (auto& one : dependencies)
    renumbered.push_back({number[one.before], number[one.after]});
  auto edges = both_ways_of(tasks, renumbered);
  result.before = std::move(edges.before);
  result.after = std::move(edges.after);
  return result;
}

std::vector<task_index>
find_cycle(size_t tasks, const std::vector<dependency>& dependencies) {
  auto edges = both_ways_of(tasks, dependencies);
  std::vector<bool> is_open(tasks, true);
  for (auto task : order_of(tasks, edges))
    is_open[task] = false;
  auto first = std::find(is_open.begin(), is_open.end(), true);
  if (first == is_open.end())
    return {};
  // Whoever is open waits for one that is: going back ends in a circle.
  auto at = static_cast<task_index>(first - is_open.begin());
  std::vector<task_index> path;
  std::vector<size_t> place(tasks, tasks); // On the path.
  while (place[at] == tasks) {
    place[at] = path.size();
    path.push_back(at);
    auto waits_for = edges.before[at];
    at = *std::find_if(waits_for.begin(), waits_for.end(),
                       [&](auto earlier) { return is_open[earlier]; });
  }
  std::vector<task_index> result{
    path.begin() + static_cast<std::ptrdiff_t>(place[at]), path.end()};
  std::reverse(result.begin(), result.end());
  return result;
}

std::vector<double> upward_ranks(const task_graph& graph) {
  std::vector<double> result(graph.size());
  for (auto i = static_cast<task_index>(graph.size()); i-- > 0;) {
    double longest = 0;
    for (auto waiting : graph.after[i])
      longest = std::max(longest, result[waiting]);
    result[i] = graph.seconds[i] + longest;
  }
  return result;
}

std::vector<double> earliest_starts(const task_graph& graph) {
  std::vector<double> result(graph.size());
  for (task_index i = 0; i < graph.size(); ++i)
    for (auto earlier : graph.before[i])
      result[i] = std::max(result[i], result[earlier] + graph.seconds[earlier]);
  return result;
}

} // namespace cohort::runtime::scheduling
