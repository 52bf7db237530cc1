#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// What TestReport.failure says when the tests were not tried, because units
/// still have errors.
constexpr std::string_view units_have_errors = "units still have errors";

/// Pass: no compiler rejects any unit. Warning: some unit is still rejected,
/// but none that was accepted before. Fail: a unit that a compiler accepted
/// before is rejected now. Score: share of (unit, compiler) pairs that are
/// accepted. A pair without a verdict is not accepted, nor is one that was
/// checked before and is missing now. Not measured when no unit was checked at
/// all.
pb::GateReport judge_compilation(const pb::Evidence& before,
                                 const pb::Evidence& after);

/// Units that all of their compilers, or another tool that judges them,
/// accepted before, and do not now. Sorted.
std::vector<std::string> broken_units(const pb::Evidence& before,
                                      const pb::Evidence& after);

/// Fail when a changed file lies outside the scope.
pb::GateReport judge_scope(const pb::Scope& scope,
                           const std::vector<std::string>& changed_files);

/// Rules of the objections that the gate of the tests makes; the message is the
/// name of the test.
constexpr std::string_view broken_test = "broken-test";   // Passed before.
constexpr std::string_view missing_test = "missing-test"; // Passed before.
constexpr std::string_view flaky_test = "flaky-test"; // Now and then it fails.

/// The tests that are objected to for this reason.
std::vector<std::string> tests_objected_to(const pb::GateReport& report,
                                           std::string_view rule);

/// What the gate of the tests says once the change's own tests have been looked
/// at: those of `objections` that are about tests are held against it, and fail
/// it unless the tests may change; then they are a warning.
void hold_against(pb::GateReport& report,
                  const std::vector<pb::Objection>& objections,
                  bool tests_may_change);

/// Fail when one of `objections` is about anything but tests.
pb::GateReport judge_security(const std::vector<pb::Objection>& objections);

/// What the gate of the tests says once these turn out to be flaky: they are
/// not held against the tree any more. Another gate's report stays as it is.
void forgive(pb::GateReport& report, const std::vector<std::string>& flaky,
             bool tests_may_change);

/// How often a test ran, and failed: of one whose runs nobody counted, once.
uint32_t runs_of(const pb::TestReport::Case& test);
uint32_t failures_of(const pb::TestReport::Case& test);

/// Adds further runs of tests that `report` has.
void add_runs(pb::TestReport& report, const pb::TestReport& more);

/// Fail when a test that passed before fails or is gone. `before` is absent
/// when the base could not be built: then every test must pass. A warning when
/// a test fails that did not pass before either, or only in some of its runs,
/// before or after: whatever it says proves nothing. Not measured when the
/// project has no tests, or `after` could not be built because units are still
/// broken
/// (`units_have_errors`).
pb::GateReport judge_tests(const std::optional<pb::TestReport>& before,
                           const pb::TestReport& after);

pb::GateReport tests_not_measured(std::string why);

/// Whether no report is a FAIL; those that are only shown do not count.
bool passed(const std::vector<pb::GateReport>& reports);

} // namespace cohort::runtime::quality
