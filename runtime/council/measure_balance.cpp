#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "runtime/council/coupling.hpp"
#include "runtime/council/measures.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

using decomposition::plan_graph;

/// List scheduling: of what is ready, the largest upward rank first.
double makespan(const pb::Decomposition& plan, const plan_graph& graph,
                size_t workers) {
  auto ranks = decomposition::upward_ranks(plan);
  auto size = ranks.size();
  std::vector<size_t> open(size);
  std::priority_queue<std::pair<double, size_t>> ready; // Rank, size - index.
  auto offer = [&](size_t i) { ready.emplace(ranks[i], size - i); };
  for (size_t i = 0; i < size; ++i)
    if ((open[i] = graph.before[i].size()) == 0)
      offer(i);
  using event = std::pair<double, size_t>; // When, which subtask.
  std::priority_queue<event, std::vector<event>, std::greater<>> running;
  double now = 0;
  while (!ready.empty() || !running.empty()) {
    while (!ready.empty() && running.size() < workers) {
      auto next = size - ready.top().second;
      ready.pop();
      running.emplace(
        now + decomposition::effort_of(plan.subtasks(static_cast<int>(next))),
        next);
    }
    auto done = running.top();
    running.pop();
    now = done.first;
    for (auto waiting : graph.after[done.second])
      if (--open[waiting] == 0)
        offer(waiting);
  }
  return now;
}

/// The longest chain if each subtask were split as far as its files allow.
double shortest_chain(const pb::Decomposition& plan, const plan_graph& graph,
                      const std::vector<std::vector<file_group>>& groups) {
  std::vector<double> finish(graph.before.size());
  double result = 0;
  for (auto i : graph.order) {
    auto& subtask = plan.subtasks(static_cast<int>(i));
    double share = groups[i].empty() ? 1 : 0;
    for (auto& group : groups[i])
      share = std::max(share, share_of(group, subtask));
    for (auto earlier : graph.before[i])
      finish[i] = std::max(finish[i], finish[earlier]);
    finish[i] += share * decomposition::effort_of(subtask);
    result = std::max(result, finish[i]);
  }
  return result;
}

} // namespace

balance_measure measure_balance(const pb::ReviewRequest& request) {
  auto& plan = request.decomposition();
  auto graph = decomposition::make_graph(plan);
  auto workers = std::max<size_t>(request.workers(), 1);
  auto groups = file_groups(plan, request.evidence());
  balance_measure result;
  double total = 0;
  double most = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    auto effort = decomposition::effort_of(plan.subtasks(static_cast<int>(i)));
    total += effort;
    if (effort > most) {
      most = effort;
      result.heaviest = i;
    }
  }
  result.fair_share = total / static_cast<double>(workers);
  for (size_t i = 0; i < groups.size(); ++i)
    if (groups[i].size() > 1
        && decomposition::effort_of(plan.subtasks(static_cast<int>(i)))
             > result.fair_share)
      result.heavy.push_back(i);
  result.possible = std::max(result.fair_share,
                             shortest_chain(plan, graph, groups));
  result.predicted = makespan(plan, graph, workers);
  return result;
}

} // namespace cohort::runtime::council
