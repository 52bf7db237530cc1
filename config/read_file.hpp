#pragma once

#include <filesystem>

#include "config/load.hpp"

namespace cohort::config {

/// Sets what the file gives, and adds a problem for each thing that is wrong
/// with it, by line. Any bytes are fine; work and output are bounded.
void read_file(const std::filesystem::path& file, load_result& out);

} // namespace cohort::config
