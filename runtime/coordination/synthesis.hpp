#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "messages/v1/result.pb.h"
#include "runtime/coordination/supervisor_machine.hpp"

/// What the user is told at the end. Pure.
namespace cohort::runtime::coordination {

/// Everything that `state` knows, as a result without wall time, workers and
/// delivery. The outcome: done only when nothing is left and no gate failed.
pb::TaskResult synthesise(const supervisor_state& state);

/// A result for a task that ended before it could change anything.
pb::TaskResult ended_early(const supervisor_state& state,
                           pb::TaskOutcome outcome, const std::string& why);

/// Adds to what is left the causes of the task's log that neither the result's
/// evidence nor that of what came out has, and that nobody repaired: one error
/// hides another. Returns their number.
size_t list_unseen(const supervisor_state& state, const pb::Evidence& after,
                   pb::TaskResult& result);

/// How many lines of which files have errors.
uint32_t error_places(const pb::Evidence& evidence);

/// The commit message of a result.
std::string commit_message(const supervisor_state& state,
                           const pb::TaskResult& result);

/// The process exit code that belongs to an outcome.
int exit_code(pb::TaskOutcome outcome);

} // namespace cohort::runtime::coordination
