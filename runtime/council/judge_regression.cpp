#include <algorithm>
#include <map>

#include "runtime/council/judges.hpp"
#include "runtime/council/measures.hpp"
#include "runtime/council/verdict.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double regression_weight = 1;
constexpr double unexpected_break = 0.02; // Where nothing that compiles reads
                                          // what changes.

/// A repair is kept only when its own checks hold, so that few files that much
/// depends on break anything.
double break_probability(const file_risk& risk) {
  return risk.is_needless ? 0.9 : 0.25 * risk.severity;
}

} // namespace

pb::Verdict judge_regression(const pb::JudgeRequest& request) {
  auto verdict = make_verdict(request, "regression", regression_weight);
  if (rejects_size(request, pb::FINDING_KIND_REGRESSION, verdict))
    return verdict;
  auto& plan = request.request().decomposition();
  std::map<size_t, double> breaks; // By subtask.
  for (auto& risk : find_risks(request.request())) {
    auto& id = plan.subtasks(static_cast<int>(risk.subtask)).id();
    auto file = std::string{risk.file};
    auto& worst = breaks[risk.subtask];
    worst = std::max(worst, break_probability(risk));
    if (risk.is_needless) {
      verdict.set_opinion(pb::OPINION_REJECT);
      add_finding(verdict, pb::FINDING_KIND_REGRESSION, risk.severity, {id},
                  file + " decides how everything is built, and has no error");
    } else {
      add_finding(verdict, pb::FINDING_KIND_REGRESSION, risk.severity, {id},
                  file + " is read by " + percent(risk.read_share)
                    + " of what compiles now");
    }
  }
  for (auto& [subtask, probability] : breaks)
    add_prediction(verdict, pb::FINDING_KIND_REGRESSION,
                   {plan.subtasks(static_cast<int>(subtask)).id()},
                   probability);
  if (breaks.empty())
    add_prediction(verdict, pb::FINDING_KIND_REGRESSION, {}, unexpected_break);
  conclude(verdict);
  return verdict;
}

} // namespace cohort::runtime::council
