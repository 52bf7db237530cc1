#pragma once

#include <cstddef>
#include <vector>

#include "runtime/analysis/log_evidence.hpp"

/// From the errors of a log to the few faults behind them.
///
/// As in causes.hpp, but from what a log has. Errors belong together by
///
/// | position   | they stand on one line (of a template that is not the       |
/// |            | workspace's: are used on one), unless they say different    |
/// |            | things of names: one is missing, another only declared      |
/// | symbol     | the same name is missing, in any file unless it is a common |
/// |            | one ("data"); names of one interface, or of one header of   |
/// |            | std, are missing in one file; a type lacks members; the     |
/// |            | same function of the workspace is called as it cannot be;   |
/// |            | the same type is only declared, or such types of one file   |
/// |            | share parts of their names                                  |
/// | remedy     | one header of C's library declares what is missing; notes   |
/// |            | name the same header, language standard or declaration      |
/// | cascade    | it comes after a file that is missing, in the same unit; it |
/// |            | is syntax after an error in the same file; it is about a    |
/// |            | variable whose declaration failed; it is a wrong use of     |
/// |            | what an error right before it is about; it lacks what may   |
/// |            | be of a trait, after an import that failed in the same file |
/// | place      | both stand in files of the system, or of one package, with  |
/// |            | no use known                                                |
/// | link       | symbols are undefined in one link; a library is not found   |
///
/// Pure and deterministic; nearly linear in the entries.
namespace cohort::runtime::analysis {

/// The errors of each cause (warnings where there is no error), each in exactly
/// one: indices of entries, ascending, so that the cause comes first.
/// REQUIRES: error types are set.
std::vector<std::vector<size_t>>
causes_of_log(const std::vector<log_entry>& entries);

} // namespace cohort::runtime::analysis
