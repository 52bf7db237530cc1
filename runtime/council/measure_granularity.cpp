#include "runtime/analysis/workload.hpp"
#include "runtime/council/measures.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

double subtask_overhead() {
  return analysis::effort_model::subtask_overhead_seconds;
}

granularity_measure measure_granularity(const pb::ReviewRequest& request) {
  auto& plan = request.decomposition();
  granularity_measure result;
  double total = 0;
  for (int i = 0; i < plan.subtasks_size(); ++i) {
    auto effort = decomposition::effort_of(plan.subtasks(i));
    total += effort;
    if (effort < 2 * subtask_overhead())
      result.small.push_back(static_cast<size_t>(i));
  }
  auto lost = subtask_overhead() * plan.subtasks_size();
  result.lost_share = total + lost > 0 ? lost / (total + lost) : 0;
  return result;
}

} // namespace cohort::runtime::council
