#pragma once

#include "messages/v1/result.pb.h"
#include "runtime/coordination/supervisor_machine.hpp"

/// What is told at the end of a task that judges only. Pure.
namespace cohort::runtime::coordination {

/// What is said of an error: Leftover.reason.
constexpr const char* base_lacks_it = "the base lacks it";
constexpr const char* base_has_it = "the base has it, too";

/// The gates' reports, the errors of the base and of the workspace, and an
/// outcome: failed when a gate fails or nothing could be judged, partial when
/// one warns, else done. Advisory gates decide nothing, and neither does one
/// that could not be measured. Of the errors of the workspace each is listed as
/// left; there is no patch, as nothing was made.
pb::TaskResult judgement(const supervisor_state& state);

} // namespace cohort::runtime::coordination
