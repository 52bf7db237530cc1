#pragma once

#include <string>

#include "messages/v1/analysis.pb.h"
#include "runtime/expected.hpp"

namespace cohort::nodes {

/// Reads a compiler's log (GCC JSON, or the text of GCC or clang) from a file,
/// "-" being standard input. Errors: invalid_request (cannot be read, or no
/// diagnostic in it).
runtime::expected<messages::v1::Evidence> read_log(const std::string& file);

} // namespace cohort::nodes
