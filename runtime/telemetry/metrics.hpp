#pragma once

#include "messages/v1/result.pb.h"

namespace cohort::runtime::telemetry {

namespace pb = messages::v1;

/// Adds what one attempt took to a sum.
void add(pb::ExecutionMetrics& sum, const pb::ExecutionMetrics& one);

} // namespace cohort::runtime::telemetry
