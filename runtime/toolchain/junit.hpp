#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cohort::runtime::toolchain {

/// Test names and whether each passed, of the JUnit file that `ctest
/// --output-junit` writes. Of one name, all must pass. Tests that are switched
/// off or that skipped themselves are left out; one that could not be run did
/// not pass. Anything else in the text is passed over; names are valid UTF-8.
/// Linear; never fails.
std::map<std::string, bool> read_junit(std::string_view text);

} // namespace cohort::runtime::toolchain
