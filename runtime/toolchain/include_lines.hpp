#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cohort::runtime::toolchain {

/// The names in the `#include` lines of a file, in order, without quotes and
/// brackets. Comments and `#if` are not looked at.
std::vector<std::string> included_names(std::string_view source);

} // namespace cohort::runtime::toolchain
