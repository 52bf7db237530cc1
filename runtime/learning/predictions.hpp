#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/council.pb.h"
#include "messages/v1/result.pb.h"

/// What judges said would happen, against what happened.
///
/// Pure. Source: Brier, "Verification of forecasts expressed in terms of
/// probability", 1950: the squared difference of the probability and of what
/// came (1 or 0).
namespace cohort::runtime::learning {

namespace pb = messages::v1;

/// How a subtask of the first round ended.
struct subtask_end {
  bool has_failed = false;  // Failed, conflicted, or was withdrawn.
  bool has_clashed = false; // Conflicted, or was withdrawn.
  bool was_withdrawn = false;
  double work_seconds = 0; // Had no check's answer been known.
};

using subtask_ends = std::map<std::string, subtask_end>; // By id.

/// Those of the plan that were merged or failed by what they are, not by an
/// outage, a lost worker or a time that was over.
subtask_ends ends_of(const pb::TaskResult& result);

/// Whether the prediction came true; empty when nobody can say, because it
/// speaks of what did not end.
std::optional<bool> came_true(const pb::Prediction& prediction,
                              const subtask_ends& ends, unsigned workers);

/// Each judge's predictions of the last review round, in which the plan was as
/// it was carried out. None when the plan was not carried out.
std::vector<pb::JudgeRecord> score_judges(const pb::TaskResult& result,
                                          const subtask_ends& ends);

} // namespace cohort::runtime::learning
