#pragma once

#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/quality.pb.h"

/// Judges what clang-tidy finds in a change.
///
/// Pure. Of what it found before, and of files that did not change, nothing is
/// held against the change.
namespace cohort::runtime::quality {

namespace pb = messages::v1;

/// Units in which all changed files can be looked at: each that is a unit
/// itself, and for another the unit that reads it and is compiled fastest. Only
/// units that all of `reports`, which are compilers', accept. Sorted.
std::vector<std::string>
units_to_lint(const std::vector<pb::ChangedFile>& changed,
              const std::vector<pb::UnitReport>& reports);

/// Fail when a changed file has a finding that is new: more of its check and
/// words than before, or, of files that not all of their units in `after` read
/// in `before`, too, on a line that changed. Not measured when there is no
/// report in `after`, or one of them gives no verdict. Score: share of the
/// changed files that were looked at and have no new finding. An objection's
/// rule is the check.
pb::GateReport judge_lint(const std::vector<pb::UnitReport>& before,
                          const std::vector<pb::UnitReport>& after,
                          const std::vector<pb::ChangedFile>& changed);

} // namespace cohort::runtime::quality
