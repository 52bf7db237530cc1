#pragma once

#include <string_view>

namespace cohort::runtime::analysis {

/// Which header has a name of the standard library: "vector" for "vector",
/// "cstdio" for "printf"; empty when it is not known.
///
/// Pure.
[[nodiscard]] std::string_view standard_header(std::string_view name);

} // namespace cohort::runtime::analysis
