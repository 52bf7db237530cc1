#pragma once

#include <stop_token>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/coverage.pb.h"
#include "runtime/execution/slot_runner.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Which lines the tests of the unit's tree execute. What is built for it has a
/// folder of its own among `slots`, so that plain builds stay warm. Nothing is
/// available for a build of the user's own, which is only read, and where there
/// are no tests; a project that cannot be configured is a failure of the
/// report. Errors: storage_failed, cancelled. REQUIRES: the unit's work is
/// coverage.
expected<pb::CoverageReport>
measure_coverage(const pb::WorkUnit& unit, test_slots& slots,
                 const slot_runner_settings& settings,
                 process::runner& processes, std::stop_token stop);

} // namespace cohort::runtime::execution
