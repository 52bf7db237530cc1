#pragma once

#include <string_view>
#include <vector>

#include "runtime/analysis/log_evidence.hpp"

/// From the log of a build or a CI job to what its compilers said.
///
/// Recognised by content, also mixed: the text of GCC, clang, rustc, MSVC and
/// their linkers (headline.hpp), JSON of GCC, of rustc and of cargo
/// (--message-format=json), and SARIF 2.1.0. What build systems and CI services
/// put around it is taken off (clean_line.hpp); lines of other programs in
/// between do not matter.
///
/// Pure. Errors: never; what is not understood is passed over. Linear in the
/// text, which may be any bytes (plain_text.hpp); what is returned is valid
/// UTF-8.
namespace cohort::runtime::logs {

/// In the order of the log; notes are with their errors.
std::vector<analysis::log_entry> read_log(std::string_view bytes);

} // namespace cohort::runtime::logs
