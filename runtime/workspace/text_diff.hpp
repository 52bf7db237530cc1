#pragma once

#include <string>
#include <string_view>

#include "runtime/expected.hpp"

namespace cohort::runtime::workspace {

/// What turns one content of a file into another, as `git diff` prints it.
/// Thread-safe. Errors: invalid_request when a content is too large for git.
expected<std::string> text_diff(const std::string& path,
                                std::string_view before,
                                std::string_view after);

} // namespace cohort::runtime::workspace
