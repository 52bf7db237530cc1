#include "runtime/scheduling/makespan/schedule.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace cohort::runtime::scheduling {

std::vector<size_t> assign_workers(const task_graph& graph,
                                   const schedule& plan, size_t workers) {
  std::vector<task_index> order(graph.size());
  std::iota(order.begin(), order.end(), task_index{0});
  // Of those that begin at once, what takes no time is over first.
  std::stable_sort(order.begin(), order.end(), [&](auto x, auto y) {
    return std::pair{plan.starts[x], graph.seconds[x]}
           < std::pair{plan.starts[y], graph.seconds[y]};
  });
  using release = std::pair<double, size_t>; // When, which worker.
  std::priority_queue<release, std::vector<release>, std::greater<>> busy;
  size_t hired = 0;
  std::vector<size_t> result(graph.size());
  for (auto task : order) {
    auto worker = hired;
    if (!busy.empty()
        && (hired == workers || busy.top().first <= plan.starts[task])) {
      worker = busy.top().second;
      busy.pop();
    } else {
      ++hired;
    }
    result[task] = worker;
    busy.emplace(plan.starts[task] + graph.seconds[task], worker);
  }
  return result;
}

} // namespace cohort::runtime::scheduling
