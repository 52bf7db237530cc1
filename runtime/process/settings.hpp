#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace cohort::runtime::process {

struct process_settings {
  std::chrono::milliseconds check_timeout{120'000}; // One compiler run.
  std::chrono::milliseconds build_timeout{
    1'800'000};                              // Configure, build, tests.
  uint64_t output_limit_bytes = 64ULL << 20; // Of stdout and of stderr each.
  uint64_t memory_limit_bytes = 8ULL << 30;  // Address space; 0: no limit.
  std::vector<std::string> pass_environment = {"PATH", "HOME", "TMPDIR", "LANG",
                                               "CCACHE_DIR"};
  unsigned cpu_tokens = 1; // CPU-bound processes that run at once. >= 1.
};

} // namespace cohort::runtime::process
