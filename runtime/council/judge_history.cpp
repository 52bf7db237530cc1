#include <algorithm>

#include "runtime/council/judges.hpp"
#include "runtime/council/measures.hpp"
#include "runtime/council/verdict.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double history_weight = 1;
/// A larger part of the plan's effort that fails is no plan.
constexpr double failing_share_max = 0.5;

pb::Specialty generalist() {
  pb::Specialty result;
  result.set_kind(pb::SPECIALTY_KIND_GENERALIST);
  return result;
}

/// Whether a generalist may do better.
bool can_be_reassigned(const pb::Subtask& subtask,
                       const pb::ReviewRequest& request) {
  if (subtask.specialty().kind() == pb::SPECIALTY_KIND_GENERALIST)
    return false;
  auto* known = record_of(generalist(), subtask.error_type(), request);
  return known == nullptr || !mostly_fails(*known);
}

std::string words_for(const pb::Subtask& subtask,
                      const pb::KindRecord& record) {
  auto all = record.succeeded() + record.failed();
  return "of " + std::to_string(all) + " subtasks like " + subtask.id() + " ("
         + (record.error_type().empty() ? "any error type"
                                        : record.error_type())
         + ") " + std::to_string(record.failed()) + " failed";
}

void reassign_to_generalist(pb::Verdict& verdict, const std::string& id) {
  add_amendment(verdict, pb::AMENDMENT_KIND_REASSIGN, id);
  *verdict.mutable_amendments()->rbegin()->mutable_specialty() = generalist();
}

} // namespace

pb::Verdict judge_history(const pb::JudgeRequest& request) {
  auto verdict = make_verdict(request, "history", history_weight);
  if (rejects_size(request, pb::FINDING_KIND_HISTORY, verdict))
    return verdict;
  double total = 0;
  double lost = 0; // Effort that fails whoever does it.
  for (auto& subtask : request.request().decomposition().subtasks()) {
    auto effort = decomposition::effort_of(subtask);
    total += effort;
    auto* record = record_of(subtask.specialty(), subtask.error_type(),
                             request.request());
    if (record == nullptr)
      continue;
    auto failure = failure_probability(*record);
    add_prediction(verdict, pb::FINDING_KIND_HISTORY, {subtask.id()}, failure);
    if (!mostly_fails(*record))
      continue;
    add_finding(verdict, pb::FINDING_KIND_HISTORY, failure, {subtask.id()},
                words_for(subtask, *record));
    if (can_be_reassigned(subtask, request.request()))
      reassign_to_generalist(verdict, subtask.id());
    else
      lost += effort;
  }
  if (lost > failing_share_max * total)
    verdict.set_opinion(pb::OPINION_REJECT);
  conclude(verdict);
  return verdict;
}

} // namespace cohort::runtime::council
