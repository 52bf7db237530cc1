#pragma once

#include <string>
#include <string_view>

#include "config/keys.hpp"
#include "config/load.hpp"

/// The sentences about what is wrong with a configuration.
namespace cohort::config {

/// What somebody wrote, fit for one line of a terminal: cut after 60 bytes,
/// control characters as `?`.
std::string shown(std::string_view text);

/// Names the known key or section that is nearest to `path`, where one is near.
std::string unknown_key(std::string_view path);

/// `given` is not what a key allows.
std::string not_allowed(const std::string& allowed, std::string_view given);

} // namespace cohort::config
