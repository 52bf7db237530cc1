#pragma once

#include <string>

namespace cohort::runtime::process {

/// Returns the file of a program that is looked up in PATH; empty when there is
/// none that can be started. A name with a '/' is that of the file.
[[nodiscard]] std::string find_program(const std::string& name);

} // namespace cohort::runtime::process
