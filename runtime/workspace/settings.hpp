#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cohort::runtime::workspace {

struct snapshot_settings {
  std::vector<std::string>
    include; // Globs of ignored files that a build needs.
  uint64_t max_file_bytes = 512ULL << 20; // Larger files are refused by name.
};

} // namespace cohort::runtime::workspace
