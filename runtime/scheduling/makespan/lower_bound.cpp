#include "runtime/scheduling/makespan/lower_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <queue>
#include <utility>
#include <vector>

namespace cohort::runtime::scheduling {

namespace {

struct placed_task {
  double head; // No earlier start is possible,
  double seconds;
  double tail; // and so much must follow.
};

/// By tails, the largest first.
std::vector<placed_task> placed_tasks(const task_graph& graph) {
  auto heads = earliest_starts(graph);
  auto ranks = upward_ranks(graph);
  std::vector<placed_task> result;
  result.reserve(graph.size());
  for (size_t i = 0; i < graph.size(); ++i)
    result.push_back({heads[i], graph.seconds[i], ranks[i] - graph.seconds[i]});
  std::sort(result.begin(), result.end(),
            [](auto& x, auto& y) { return x.tail > y.tail; });
  return result;
}

/// Of all sets of tasks whose head is at least `head` and whose tail is above
/// some other limit. Each worker that works on the set first waits for a head,
/// and its last task is followed by a tail, each of them a different one.
double bound_of_late_tasks(const std::vector<placed_task>& by_tail, double head,
                           size_t workers) {
  double work = 0;
  double heads = 0; // The sum of those in `smallest`.
  double tails = 0; // That of as many of the set's last tails.
  std::priority_queue<double> smallest;
  std::vector<double> all_tails;
  double result = 0;
  for (auto& task : by_tail) {
    if (task.head < head)
      continue;
    work += task.seconds;
    heads += task.head;
    smallest.push(task.head);
    tails += task.tail;
    all_tails.push_back(task.tail);
    if (all_tails.size() > workers) {
      heads -= smallest.top();
      smallest.pop();
      tails -= all_tails[all_tails.size() - 1 - workers];
    }
    if (all_tails.size() >= workers)
      result = std::max(result,
                        (heads + work + tails) / static_cast<double>(workers));
  }
  return result;
}

/// A few different heads, spread evenly among all.
std::vector<double> some_heads(const std::vector<placed_task>& tasks) {
  std::vector<double> all;
  all.reserve(tasks.size());
  for (auto& task : tasks)
    all.push_back(task.head);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  auto count = std::min(all.size(),
                        std::clamp<size_t>(4'000'000 / tasks.size(), 1, 64));
  std::vector<double> result;
  for (size_t i = 0; i < count; ++i)
    result.push_back(all[all.size() * i / count]);
  return result;
}

/// No makespan lies between two multiples of what all times are multiples of.
double round_up(double bound, const std::vector<double>& times) {
  constexpr auto precision = std::numeric_limits<double>::epsilon();
  for (auto parts = 1.0; parts <= 1e6; parts *= 10) {
    double error = 0; // Of a sum of all.
    auto fits = std::all_of(times.begin(), times.end(), [&](auto seconds) {
      auto scaled = seconds * parts;
      error += 8 * precision * scaled;
      return std::abs(scaled - std::round(scaled)) <= 4 * precision * scaled;
    });
    if (fits && error < 0.01)
      return std::max(bound, std::ceil(bound * parts - 0.01) / parts);
  }
  return bound;
}

} // namespace

double lower_bound(const task_graph& graph, size_t workers) {
  if (graph.size() == 0)
    return 0;
  auto tasks = placed_tasks(graph);
  double result = 0;
  for (auto& task : tasks)
    result = std::max(result, task.head + task.seconds + task.tail);
  if (workers < graph.size())
    for (auto head : some_heads(tasks))
      result = std::max(result, bound_of_late_tasks(tasks, head, workers));
  return round_up(result, graph.seconds);
}

} // namespace cohort::runtime::scheduling
