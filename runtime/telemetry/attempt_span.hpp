#pragma once

#include "messages/v1/assignment.pb.h"
#include "messages/v1/telemetry.pb.h"

namespace cohort::runtime::telemetry {

namespace pb = messages::v1;

/// Returns what a unit says about the spans of its attempts: task, ticket, kind
/// and what it is about.
[[nodiscard]] pb::AttemptSpan span_of(const pb::WorkUnit& unit);

} // namespace cohort::runtime::telemetry
