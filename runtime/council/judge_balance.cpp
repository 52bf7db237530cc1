#include <algorithm>
#include <functional>
#include <queue>

#include "runtime/council/coupling.hpp"
#include "runtime/council/judges.hpp"
#include "runtime/council/verdict.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double balance_weight = 1;
constexpr double tolerated = 1.5; // Makespan over what is possible.

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

std::string seconds(double value) {
  return std::to_string(static_cast<long long>(value + 0.5)) + " s";
}

} // namespace

pb::Verdict judge_balance(const pb::JudgeRequest& request) {
  auto verdict = make_verdict(request, "balance", balance_weight, 0.95);
  if (rejects_size(request, pb::FINDING_KIND_IMBALANCE, verdict))
    return verdict;
  auto& plan = request.request().decomposition();
  auto graph = decomposition::make_graph(plan);
  auto workers = std::max<size_t>(request.request().workers(), 1);
  double total = 0;
  for (auto& subtask : plan.subtasks())
    total += decomposition::effort_of(subtask);
  auto fair_share = total / static_cast<double>(workers);
  auto groups = file_groups(plan, request.request().evidence());
  auto possible = std::max(fair_share, shortest_chain(plan, graph, groups));
  auto predicted = makespan(plan, graph, workers);
  if (predicted <= tolerated * possible)
    return verdict;
  auto severity = 1 - possible / predicted;
  verdict.set_probability(0.95 - 0.3 * severity);
  std::vector<std::string> heavy;
  for (size_t i = 0; i < groups.size(); ++i) {
    auto& subtask = plan.subtasks(static_cast<int>(i));
    if (decomposition::effort_of(subtask) > fair_share && groups[i].size() > 1)
      heavy.push_back(subtask.id());
  }
  add_finding(verdict, pb::FINDING_KIND_IMBALANCE, severity, heavy,
              "takes about " + seconds(predicted) + " on "
                + std::to_string(workers) + " workers where "
                + seconds(possible) + " are possible");
  for (auto& id : heavy)
    add_amendment(verdict, pb::AMENDMENT_KIND_SPLIT, id);
  return verdict;
}

} // namespace cohort::runtime::council
