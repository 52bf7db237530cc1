#pragma once

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/executors/executor.hpp"
#include "runtime/expected.hpp"

namespace cohort::runtime::execution {

/// Has the executors of `unit` work on its subtask, one after the other, until
/// its checks find nothing more. What each of them did is in the report; where
/// something is left, so is why none of them could do it.
///
/// Errors: those of executors.
expected<pb::RepairReport> run_chain(const pb::RepairUnit& unit,
                                     const executor_context& context,
                                     pb::ExecutionMetrics& metrics);

} // namespace cohort::runtime::execution
