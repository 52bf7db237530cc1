#include "runtime/council/verdict.hpp"

#include <algorithm>
#include <cmath>

namespace cohort::runtime::council {

namespace {

constexpr double sure = 0.95;

} // namespace

pb::Verdict make_verdict(const pb::JudgeRequest& request,
                         std::string_view judge, double weight) {
  pb::Verdict verdict;
  verdict.set_review(request.review());
  verdict.set_round(request.round());
  verdict.set_judge(std::string{judge});
  verdict.set_opinion(pb::OPINION_APPROVE);
  verdict.set_probability(sure);
  verdict.set_weight(weight);
  return verdict;
}

bool is_oversized(const pb::ReviewRequest& request) {
  return request.decomposition().subtasks_size() > reviewed_subtasks_max;
}

bool rejects_size(const pb::JudgeRequest& request, pb::FindingKind kind,
                  pb::Verdict& verdict) {
  if (!is_oversized(request.request()))
    return false;
  verdict.set_opinion(pb::OPINION_REJECT);
  add_finding(verdict, kind, 0.9, {},
              std::to_string(request.request().decomposition().subtasks_size())
                + " subtasks are more than the "
                + std::to_string(reviewed_subtasks_max)
                + " that can be reviewed");
  return true;
}

void add_finding(pb::Verdict& verdict, pb::FindingKind kind, double severity,
                 const std::vector<std::string>& subtasks, std::string text) {
  if (verdict.findings_size() >= said_max)
    return;
  auto& finding = *verdict.add_findings();
  finding.set_kind(kind);
  finding.set_severity(std::clamp(severity, 0.0, 1.0));
  for (auto& subtask : subtasks)
    finding.add_subtasks(subtask);
  finding.set_text(std::move(text));
}

void add_amendment(pb::Verdict& verdict, pb::AmendmentKind kind,
                   const std::string& first, const std::string& second) {
  if (verdict.amendments_size() >= said_max)
    return;
  auto& amendment = *verdict.add_amendments();
  amendment.set_kind(kind);
  amendment.set_first(first);
  amendment.set_second(second);
  verdict.set_opinion(pb::OPINION_AMEND);
}

void add_prediction(pb::Verdict& verdict, pb::FindingKind kind,
                    const std::vector<std::string>& subtasks,
                    double probability) {
  if (verdict.predictions_size() >= said_max)
    return;
  auto& prediction = *verdict.add_predictions();
  prediction.set_kind(kind);
  for (auto& subtask : subtasks)
    prediction.add_subtasks(subtask);
  prediction.set_probability(std::clamp(probability, 0.0, 1.0));
}

void conclude(pb::Verdict& verdict) {
  if (verdict.predictions().empty())
    return;
  double likeliest = 0;
  for (auto& prediction : verdict.predictions())
    likeliest = std::max(likeliest, prediction.probability());
  auto is_approval = verdict.opinion() == pb::OPINION_APPROVE;
  verdict.set_probability(is_approval
                            ? std::clamp(1 - likeliest, 1 - sure, sure)
                            : std::clamp(likeliest, 0.5, sure));
}

double likelihood(double value, double even, double power) {
  if (!(value > 0))
    return 0;
  return 1 / (1 + std::pow(even / value, power));
}

std::string percent(double share) {
  return std::to_string(std::lround(100 * share)) + " %";
}

} // namespace cohort::runtime::council
