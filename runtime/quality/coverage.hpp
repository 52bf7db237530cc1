#pragma once

#include <optional>

#include "messages/v1/coverage.pb.h"
#include "messages/v1/quality.pb.h"
#include "runtime/quality/settings.hpp"

/// Judges what the tests of a change execute.
namespace cohort::runtime::quality {

namespace pb = messages::v1;

/// How many objections a report of the gate has at most.
constexpr size_t uncovered_runs_max = 100;

/// The share of the changed lines, or of all lines, that is executed is the
/// score. Pass when it is at least `threshold`, in [0, 1]; with no_regression,
/// when it is at least what it was, or when no more lines are missed than
/// before; what it was is the report's threshold then. Every run of changed
/// lines that no test executes is an objection ("uncovered-line"). Not
/// measured, with the reason, when there are no tests or nothing to execute,
/// when building or running failed, and when no_regression lacks a `before`,
/// which nothing else looks at. Pure.
pb::GateReport judge_coverage(const pb::CoverageReport& after,
                              const std::optional<pb::CoverageReport>& before,
                              coverage_scope scope, double threshold);

} // namespace cohort::runtime::quality
