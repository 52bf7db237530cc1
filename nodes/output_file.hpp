#pragma once

#include <string>

#include "runtime/expected.hpp"

namespace cohort::nodes {

/// Writes what the user asked for into a file of the user's; "-" is standard
/// output. Errors: storage_failed.
runtime::expected<void> write_output(const std::string& file,
                                     const std::string& text);

} // namespace cohort::nodes
