#pragma once

#include <string>

#include "messages/v1/result.pb.h"

/// A task that has ended, in a few words.
namespace cohort::tests {

struct ended_task {
  messages::v1::TaskResult result;

  /// A subtask of the first round.
  ended_task& subtask(const std::string& id, const std::string& state,
                      double seconds = 1,
                      const std::string& error_type = "syntax") {
    using namespace messages::v1;
    auto& planned = *result.mutable_plan()->add_subtasks();
    planned.set_id(id);
    planned.set_error_type(error_type);
    planned.mutable_specialty()->set_kind(SPECIALTY_KIND_COMPILATION_ERRORS);
    auto& ended = *result.add_subtasks();
    ended.set_subtask_id(id);
    ended.set_state(state);
    ended.set_merged(state == "merged");
    ended.set_seconds(seconds);
    return *this;
  }

  messages::v1::Verdict& verdict(const std::string& judge, uint32_t round = 1) {
    auto& verdict = *result.add_verdicts();
    verdict.set_judge(judge);
    verdict.set_round(round);
    return verdict;
  }
};

inline messages::v1::Prediction prediction(messages::v1::FindingKind kind,
                                           double probability,
                                           const std::string& subtask = {}) {
  messages::v1::Prediction result;
  result.set_kind(kind);
  result.set_probability(probability);
  if (!subtask.empty())
    result.add_subtasks(subtask);
  return result;
}

} // namespace cohort::tests
