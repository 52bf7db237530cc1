#pragma once

#include <string>

#include "runtime/expected.hpp"

namespace cohort::nodes {

/// Whether `write_output` can be expected to work, before hours are spent on
/// what is to be written; "" is no file. Writes nothing. Errors:
/// invalid_request.
runtime::expected<void> check_output(const std::string& file);

/// Writes what the user asked for into a file of the user's; "-" is standard
/// output. Errors: storage_failed.
runtime::expected<void> write_output(const std::string& file,
                                     const std::string& text);

} // namespace cohort::nodes
