#pragma once

#include <string>

#include "messages/v1/link.pb.h"
#include "messages/v1/telemetry.pb.h"

/// How traces and metrics name what enumerations say.
namespace cohort::runtime::telemetry {

namespace pb = messages::v1;

/// Returns for instance "finished" for ATTEMPT_END_FINISHED.
[[nodiscard]] std::string word_of(pb::AttemptEnd end);
/// Returns for instance "done" for TASK_OUTCOME_DONE, "unspecified" while the
/// task runs.
[[nodiscard]] std::string word_of(pb::TaskOutcome outcome);
/// Returns for instance "joined" for NODE_STATE_JOINED.
[[nodiscard]] std::string word_of(pb::NodeState state);

} // namespace cohort::runtime::telemetry
