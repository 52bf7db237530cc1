#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/council.pb.h"

/// What each judge of a decomposition makes of what it measures.
///
/// Pure and deterministic: a request in, a verdict out. `review`, `round` and
/// `weight` are filled in. What a judge expects of the plan as it stands, good
/// or bad, it says in predictions, and how sure it is follows from them.
namespace cohort::runtime::council {

namespace pb = messages::v1;

using judge_function = pb::Verdict (*)(const pb::JudgeRequest& request);

/// Who will touch the same lines, or break together through a shared header.
pb::Verdict judge_conflict(const pb::JudgeRequest& request);
/// Predicted makespan against the ideal: imbalance, chains that are too long.
pb::Verdict judge_balance(const pb::JudgeRequest& request);
/// Public headers, build files, files that many units read.
pb::Verdict judge_regression(const pb::JudgeRequest& request);
/// Effort of each subtask against the overhead of dispatching it.
pb::Verdict judge_granularity(const pb::JudgeRequest& request);
/// How subtasks of the same kind ended before.
pb::Verdict judge_history(const pb::JudgeRequest& request);

struct judge {
  std::string_view name;
  judge_function decide;
};

/// The standing judges, in order of their names.
const std::vector<judge>& judges();

} // namespace cohort::runtime::council
