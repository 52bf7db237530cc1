#include <map>
#include <string_view>
#include <vector>

#include "runtime/council/judges.hpp"
#include "runtime/council/measures.hpp"
#include "runtime/council/verdict.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double conflict_weight = 1.5;
constexpr double unexpected = 0.02; // What happens where no unit reads both.

/// Two subtasks that write one file and do not wait for each other would undo
/// each other's work.
bool rejects_double_writers(const pb::Decomposition& plan,
                            pb::Verdict& verdict) {
  decomposition::precedence order{decomposition::make_graph(plan)};
  std::map<std::string_view, std::vector<size_t>> writers;
  for (int i = 0; i < plan.subtasks_size(); ++i)
    for (auto& file : plan.subtasks(i).files())
      writers[file].push_back(static_cast<size_t>(i));
  auto id = [&](size_t i) { return plan.subtasks(static_cast<int>(i)).id(); };
  for (auto& entry : writers) {
    auto& subtasks = entry.second;
    for (size_t i = 1; i < subtasks.size(); ++i)
      if (!order.are_ordered(subtasks[i - 1], subtasks[i])) {
        verdict.set_opinion(pb::OPINION_REJECT);
        add_finding(verdict, pb::FINDING_KIND_CONFLICT, 1,
                    {id(subtasks[i - 1]), id(subtasks[i])},
                    "both write " + std::string{entry.first}
                      + ", and neither waits for the other");
        add_prediction(verdict, pb::FINDING_KIND_CONFLICT,
                       {id(subtasks[i - 1]), id(subtasks[i])}, 0.95);
        return true;
      }
  }
  return false;
}

/// Headers that are read together become one subtask; a header comes before the
/// source that reads it.
void judge_clash(const pb::ReviewRequest& request, const clash& found,
                 pb::Verdict& verdict) {
  auto id = [&](size_t i) {
    return request.decomposition().subtasks(static_cast<int>(i)).id();
  };
  auto x = id(found.first);
  auto y = id(found.second);
  auto severity = 0.5 + 0.4 * share_of(found, request);
  add_finding(verdict, pb::FINDING_KIND_CONFLICT, severity, {x, y},
              "both change what " + found.unit + " reads, and "
                + (found.is_reversed ? "what it includes comes last"
                                     : "neither waits for the other"));
  add_prediction(verdict, pb::FINDING_KIND_CONFLICT, {x, y}, severity);
  add_amendment(verdict,
                found.is_mutual ? pb::AMENDMENT_KIND_MERGE
                                : pb::AMENDMENT_KIND_ORDER,
                x, y);
}

} // namespace

pb::Verdict judge_conflict(const pb::JudgeRequest& request) {
  auto verdict = make_verdict(request, "conflict", conflict_weight);
  if (rejects_size(request, pb::FINDING_KIND_CONFLICT, verdict))
    return verdict;
  if (!rejects_double_writers(request.request().decomposition(), verdict))
    for (auto& found : find_clashes(request.request()))
      judge_clash(request.request(), found, verdict);
  if (verdict.predictions().empty())
    add_prediction(verdict, pb::FINDING_KIND_CONFLICT, {}, unexpected);
  conclude(verdict);
  return verdict;
}

} // namespace cohort::runtime::council
