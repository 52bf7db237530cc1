#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messages/v1/quality.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/quality/settings.hpp"

/// Judges an integrated result from what was measured on it.
///
/// Pure. A gate that is switched off gives no report; one that cannot be
/// measured gives NOT_MEASURED, which is neither pass nor fail.
namespace cohort::runtime::quality {

namespace pb = messages::v1;

/// Pass: no compiler rejects any unit. Warning: some unit is still rejected, but
/// none that was accepted before. Fail: a unit that a compiler accepted before is
/// rejected now. Score: share of (unit, compiler) pairs that are accepted.
pb::GateReport judge_compilation(const pb::Evidence& before, const pb::Evidence& after);

/// Units that were accepted by every compiler before, and are not now. Sorted.
std::vector<std::string> broken_units(const pb::Evidence& before,
                                      const pb::Evidence& after);

/// Fail when a changed file lies outside the scope.
pb::GateReport judge_scope(const pb::Scope& scope,
                           const std::vector<std::string>& changed_files);

/// Fail when a test that passed before fails or is gone. `before` is absent when
/// the base could not be built: then every test must pass. Not measured when the
/// project has none, or `after` could not be built because units are still broken.
pb::GateReport judge_tests(const std::optional<pb::TestReport>& before,
                           const pb::TestReport& after);

/// Coverage or mutation: not measured yet; carries the threshold.
pb::GateReport not_measured(pb::GateKind kind, double threshold, std::string why);

/// Whether no report is a FAIL.
bool passed(const std::vector<pb::GateReport>& reports);

} // namespace cohort::runtime::quality
