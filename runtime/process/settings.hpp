#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace cohort::runtime::process {

/// Whether programs that a workspace has a say in run in sandboxes.
enum class sandbox_policy : uint8_t {
  required,  // Nothing runs where there is none.
  preferred, // Where there is none, with limits alone.
  off,       // With limits alone.
};

struct process_settings {
  std::chrono::milliseconds check_timeout{120'000}; // One compiler run.
  std::chrono::milliseconds build_timeout{
    1'800'000};                              // Configure, build, tests.
  uint64_t output_limit_bytes = 64ULL << 20; // Of stdout and of stderr each.
  uint64_t memory_limit_bytes = 8ULL << 30;  // Address space; 0: no limit.
  uint64_t file_limit_bytes = 4ULL << 30;    // Of each file that is written.
  uint64_t process_limit = 16'384;           // Of this user; 0: no limit.
  sandbox_policy sandbox = sandbox_policy::preferred;
  bool sandbox_network = false; // For configuring, building and testing.
  std::vector<std::string> sandbox_readable; // Folders, beside what a program
  std::vector<std::string> sandbox_writable; // sees anyway.
  std::vector<std::string> pass_environment = {"PATH", "HOME", "TMPDIR", "LANG",
                                               "CCACHE_DIR"};
  unsigned cpu_tokens = 1; // CPU-bound processes that run at once. >= 1.
};

} // namespace cohort::runtime::process
