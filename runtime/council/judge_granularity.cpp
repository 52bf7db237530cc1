#include <map>
#include <set>
#include <string>

#include "runtime/council/judges.hpp"
#include "runtime/council/measures.hpp"
#include "runtime/council/verdict.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double granularity_weight = 0.75;
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

  [[nodiscard]] bool is_worth_it() const {
    return effort >= 20 * subtask_overhead();
  }
};

void put_on(pile& onto, const pile& more, pb::Verdict& verdict) {
  if (onto.first.empty())
    onto.first = more.first;
  else
    add_amendment(verdict, pb::AMENDMENT_KIND_MERGE, onto.first, more.first);
  onto.effort += more.effort;
  if (onto.is_worth_it())
    onto = {};
}

/// Those that wait for the same are joined first; what is left then, whatever
/// it waits for: to wait a little costs less than to be alone.
void join_small(const pb::Decomposition& plan, const std::vector<size_t>& small,
                pb::Verdict& verdict) {
  std::map<wait_set, pile> piles;
  for (auto i : small) {
    auto& subtask = plan.subtasks(static_cast<int>(i));
    put_on(piles[waits_of(subtask)],
           {subtask.id(), decomposition::effort_of(subtask)}, verdict);
  }
  pile rest;
  for (auto& entry : piles)
    if (!entry.second.first.empty())
      put_on(rest, entry.second, verdict);
}

} // namespace

pb::Verdict judge_granularity(const pb::JudgeRequest& request) {
  auto verdict = make_verdict(request, "granularity", granularity_weight);
  if (rejects_size(request, pb::FINDING_KIND_GRANULARITY, verdict))
    return verdict;
  auto& plan = request.request().decomposition();
  auto found = measure_granularity(request.request());
  std::vector<std::string> small;
  for (auto i : found.small)
    small.push_back(plan.subtasks(static_cast<int>(i)).id());
  join_small(plan, found.small, verdict);
  if (!verdict.amendments().empty())
    add_finding(verdict, pb::FINDING_KIND_GRANULARITY, found.lost_share, small,
                std::to_string(small.size()) + " of "
                  + std::to_string(plan.subtasks_size())
                  + " subtasks are hardly more than their overhead, which "
                    "takes "
                  + percent(found.lost_share) + " of the time");
  if (plan.subtasks_size() > 1)
    add_prediction(verdict, pb::FINDING_KIND_GRANULARITY, {},
                   likelihood(found.lost_share, 0.4, 4));
  conclude(verdict);
  return verdict;
}

} // namespace cohort::runtime::council
