#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cohort::runtime::toolchain {

/// Splits a command line as a POSIX shell would, without expansions: blanks,
/// single and double quotes, backslashes. An open quote ends with the text.
std::vector<std::string> shell_words(std::string_view text);

} // namespace cohort::runtime::toolchain
