#include <algorithm>

#include "runtime/council/judges.hpp"
#include "runtime/council/measures.hpp"
#include "runtime/council/verdict.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double balance_weight = 1;

std::string seconds(double value) {
  return std::to_string(static_cast<long long>(value + 0.5)) + " s";
}

/// That one takes half as long again as its worker's fair share: durations are
/// wrong by a factor that a logistic curve over their logarithms describes.
double domination(const pb::Subtask& subtask, const balance_measure& found) {
  return likelihood(decomposition::effort_of(subtask), 1.5 * found.fair_share,
                    4);
}

} // namespace

pb::Verdict judge_balance(const pb::JudgeRequest& request) {
  auto verdict = make_verdict(request, "balance", balance_weight);
  if (rejects_size(request, pb::FINDING_KIND_IMBALANCE, verdict))
    return verdict;
  auto& plan = request.request().decomposition();
  auto found = measure_balance(request.request());
  std::vector<std::string> heavy;
  for (auto i : found.heavy) {
    auto& subtask = plan.subtasks(static_cast<int>(i));
    heavy.push_back(subtask.id());
    add_prediction(verdict, pb::FINDING_KIND_IMBALANCE, {subtask.id()},
                   domination(subtask, found));
  }
  if (heavy.empty() && plan.subtasks_size() > 1) {
    auto& heaviest = plan.subtasks(static_cast<int>(found.heaviest));
    add_prediction(verdict, pb::FINDING_KIND_IMBALANCE, {heaviest.id()},
                   domination(heaviest, found));
  }
  if (found.is_uneven()) {
    add_finding(verdict, pb::FINDING_KIND_IMBALANCE,
                1 - found.possible / found.predicted, heavy,
                "takes about " + seconds(found.predicted) + " on "
                  + std::to_string(std::max(request.request().workers(), 1U))
                  + " workers where " + seconds(found.possible)
                  + " are possible");
    for (auto& id : heavy)
      add_amendment(verdict, pb::AMENDMENT_KIND_SPLIT, id);
  }
  conclude(verdict);
  return verdict;
}

} // namespace cohort::runtime::council
