#pragma once

#include <cstdint>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// From thousands of errors to the few faults behind them.
///
/// A compiler that has met a fault goes on in a world which that fault has
/// changed, so most of what it says later is no news. Its errors are followed
/// in the order in which it came upon them, and an error is attached to an
/// earlier one, its cause, by
///
/// | position   | what all compilers say of a line is one problem, and so is |
/// |            | what two say of lines that follow each other, of one kind  |
/// | symbol     | the same name is missing                                   |
/// | file       | it comes behind an error that misleads, in the same file,  |
/// |            | and is none that stands alone                              |
/// | structure  | the scope is wrong ("testing::std", errors in files of the |
/// |            | system): all that follows is of what was left open         |
/// | other runs | one that a compiler reports with no scope wrong is no part |
/// |            | of such a flood, and one that it reports with nothing that |
/// |            | misleads before it follows from nothing: each unit and     |
/// |            | tool is a witness                                          |
///
/// Pure and deterministic; nearly linear in the errors of all runs.
namespace cohort::runtime::analysis {

namespace pb = messages::v1;

/// What a run of one compiler over one unit reports, in its order: indices of
/// errors among `Evidence.diagnostics`.
using error_run = std::vector<uint32_t>;

/// Sets `evidence.groups`: each error in exactly one, sorted by their causes'
/// places. The cause is the error that most runs have as the first of its
/// group.
/// REQUIRES: `evidence.diagnostics` is sorted by place and has error types;
/// each error is in a run.
void group_by_cause(pb::Evidence& evidence, const std::vector<error_run>& runs);

} // namespace cohort::runtime::analysis
