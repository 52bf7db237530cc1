#include "runtime/council/review.hpp"

#include <utility>

#include "runtime/council/consensus.hpp"
#include "runtime/council/standing.hpp"

namespace cohort::runtime::council {

pb::ReviewOutcome review(pb::ReviewRequest request,
                         const std::vector<verdict_source>& judges,
                         const council_settings& settings,
                         const decomposition::decomposition_settings& limits) {
  pb::ReviewOutcome outcome;
  outcome.set_task_id(request.task_id());
  pb::JudgeRequest question;
  question.set_review(1);
  *question.mutable_request() = std::move(request);
  for (uint32_t round = 1; round <= settings.max_review_rounds; ++round) {
    question.set_round(round);
    std::vector<pb::Verdict> verdicts;
    for (auto& judge : judges)
      if (auto verdict = judge(question))
        verdicts.push_back(std::move(*verdict));
    auto ruling = decide(question.request(), verdicts, judges.size(), 1, round,
                         settings, limits);
    for (auto& verdict : verdicts)
      if (has_sense(verdict, 1, round)) {
        verdict.set_weight(weight_of(verdict, question.request()));
        *outcome.add_verdicts() = std::move(verdict);
      }
    outcome.set_rounds(round);
    outcome.set_reason(std::move(ruling.reason));
    outcome.set_approved(ruling.outcome == decision::approved);
    *question.mutable_request()->mutable_decomposition()
      = std::move(ruling.plan);
    if (ruling.outcome != decision::amended)
      break;
  }
  outcome.mutable_decomposition()->Swap(
    question.mutable_request()->mutable_decomposition());
  return outcome;
}

std::vector<verdict_source> judges_without(std::string_view name) {
  std::vector<verdict_source> result;
  for (auto& judge : judges())
    if (judge.name != name)
      result.emplace_back(judge.decide);
  return result;
}

} // namespace cohort::runtime::council
