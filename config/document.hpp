#pragma once

#include <yaml-cpp/yaml.h>

#include "config/file_problems.hpp"
#include "config/settings.hpp"

namespace cohort::config {

/// Sets what a document gives, which is a map. It goes into known sections only
/// and into each once, so that aliases, which can make a small document an
/// endless one, are followed at most as often as there are keys.
void read_document(const YAML::Node& document, settings& values,
                   file_problems& problems);

/// Counted from 1.
int line_of(const YAML::Node& node);

} // namespace cohort::config
