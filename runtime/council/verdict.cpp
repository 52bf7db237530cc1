#include "runtime/council/verdict.hpp"

#include <algorithm>
#include <cmath>

namespace cohort::runtime::council {

pb::Verdict make_verdict(const pb::JudgeRequest& request,
                         std::string_view judge, double weight,
                         double probability) {
  pb::Verdict verdict;
  verdict.set_review(request.review());
  verdict.set_round(request.round());
  verdict.set_judge(std::string{judge});
  verdict.set_opinion(pb::OPINION_APPROVE);
  verdict.set_probability(probability);
  verdict.set_weight(weight);
  return verdict;
}

bool rejects_size(const pb::JudgeRequest& request, pb::FindingKind kind,
                  pb::Verdict& verdict) {
  auto count = request.request().decomposition().subtasks_size();
  if (count <= reviewed_subtasks_max)
    return false;
  verdict.set_opinion(pb::OPINION_REJECT);
  add_finding(verdict, kind, 0.9, {},
              std::to_string(count) + " subtasks are more than the "
                + std::to_string(reviewed_subtasks_max)
                + " that can be reviewed");
  return true;
}

void add_finding(pb::Verdict& verdict, pb::FindingKind kind, double severity,
                 const std::vector<std::string>& subtasks, std::string text) {
  auto& finding = *verdict.add_findings();
  finding.set_kind(kind);
  finding.set_severity(std::clamp(severity, 0.0, 1.0));
  for (auto& subtask : subtasks)
    finding.add_subtasks(subtask);
  finding.set_text(std::move(text));
}

void add_amendment(pb::Verdict& verdict, pb::AmendmentKind kind,
                   const std::string& first, const std::string& second) {
  auto& amendment = *verdict.add_amendments();
  amendment.set_kind(kind);
  amendment.set_first(first);
  amendment.set_second(second);
  verdict.set_opinion(pb::OPINION_AMEND);
}

std::string percent(double share) {
  return std::to_string(std::lround(100 * share)) + " %";
}

} // namespace cohort::runtime::council
