#pragma once

#include <string>

#include "messages/v1/analysis.pb.h"
#include "runtime/expected.hpp"

namespace cohort::nodes {

/// Reads the log of a build (runtime/logs/read_log.hpp) from a file,
/// "-" being standard input. Errors: invalid_request (cannot be read, or no
/// diagnostic in it).
runtime::expected<messages::v1::Evidence> read_log(const std::string& file);

} // namespace cohort::nodes
