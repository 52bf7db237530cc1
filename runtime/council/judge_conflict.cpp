#include "runtime/council/judges.hpp"
#include "runtime/council/measures.hpp"
#include "runtime/council/verdict.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double conflict_weight = 1.5;
constexpr double unexpected = 0.02; // What happens where no unit reads both.

/// Headers that are read together become one subtask; a header comes before the
/// source that reads it.
void judge_clash(const pb::ReviewRequest& request, const clash& found,
                 pb::Verdict& verdict) {
  auto id = [&](size_t i) {
    return request.decomposition().subtasks(static_cast<int>(i)).id();
  };
  auto x = id(found.first);
  auto y = id(found.second);
  auto severity = severity_of(found, request);
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
  for (auto& found : find_clashes(request.request()))
    judge_clash(request.request(), found, verdict);
  if (verdict.predictions().empty())
    add_prediction(verdict, pb::FINDING_KIND_CONFLICT, {}, unexpected);
  conclude(verdict);
  return verdict;
}

} // namespace cohort::runtime::council
