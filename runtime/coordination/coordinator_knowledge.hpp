#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/coordination/coordinator_machine.hpp"

/// What a coordinator knows of its integration tree. Pure.
namespace cohort::runtime::coordination {

/// The evidence without errors of files that have nothing new to offer.
pb::Evidence open_evidence(const coordinator_state& state);

/// Whether a unit is of interest.
using unit_filter = std::function<bool(const std::string& unit)>;

/// Reports that hold for the integration tree, of units of interest: from the
/// round's base, and from the checks that subtasks made.
std::vector<pb::UnitReport> known_reports(const coordinator_state& state,
                                          const unit_filter& wanted);

/// Those of every unit.
std::vector<pb::UnitReport> known_reports(const coordinator_state& state);

/// What the council is asked about the plan, with what history says of kinds of
/// subtasks that are in it, or could be.
pb::ReviewRequest review_request(const coordinator_state& state,
                                 unsigned workers);

/// What the task's supervisor is told at the end, or would be now.
pb::CoordinationReport report_of(const coordinator_state& state);

} // namespace cohort::runtime::coordination
