#include <map>
#include <set>
#include <string>

#include "runtime/analysis/workload.hpp"
#include "runtime/council/judges.hpp"
#include "runtime/council/verdict.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double granularity_weight = 0.75;
constexpr double overhead = analysis::effort_model::subtask_overhead_seconds;
constexpr double tiny = 2 * overhead;      // Effort below: mostly overhead.
constexpr double worth_it = 10 * overhead; // What tiny ones are merged up to.

/// Subtasks that wait for the same others can be merged without making any of
/// them wait longer.
using wait_set = std::set<std::string>;

wait_set waits_of(const pb::Subtask& subtask) {
  wait_set result;
  for (auto& dependency : subtask.depends_on())
    result.insert(dependency.subtask_id());
  return result;
}

struct pile {
  std::string first; // Id of the subtask that the others are merged into.
  double effort = 0;
};

} // namespace

pb::Verdict judge_granularity(const pb::JudgeRequest& request) {
  auto verdict = make_verdict(request, "granularity", granularity_weight, 0.95);
  if (rejects_size(request, pb::FINDING_KIND_GRANULARITY, verdict))
    return verdict;
  auto& plan = request.request().decomposition();
  double total = 0;
  std::vector<std::string> small;
  std::map<wait_set, pile> piles;
  for (auto& subtask : plan.subtasks()) {
    auto effort = decomposition::effort_of(subtask);
    total += effort;
    if (effort >= tiny)
      continue;
    small.push_back(subtask.id());
    auto& pile = piles[waits_of(subtask)];
    if (!pile.first.empty())
      add_amendment(verdict, pb::AMENDMENT_KIND_MERGE, pile.first,
                    subtask.id());
    else
      pile.first = subtask.id();
    pile.effort += effort;
    if (pile.effort >= worth_it)
      pile = {};
  }
  auto lost = overhead * plan.subtasks_size();
  auto share = total + lost > 0 ? lost / (total + lost) : 0;
  if (verdict.amendments().empty()) {
    verdict.set_probability(0.95 - 0.15 * share);
    return verdict;
  }
  verdict.set_probability(0.8);
  add_finding(verdict, pb::FINDING_KIND_GRANULARITY, share, small,
              std::to_string(small.size()) + " of "
                + std::to_string(plan.subtasks_size())
                + " subtasks are hardly more than their overhead, which takes "
                + percent(share) + " of the time");
  return verdict;
}

} // namespace cohort::runtime::council
