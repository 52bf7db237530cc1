#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runtime/process/wire.hpp"

namespace cohort::runtime::process {

/// What a program needs to start, in the form that exec takes.
struct program {
  std::vector<char*> argv; // Ends with nullptr, as does envp.
  std::vector<char*> envp;
  const char* folder = "/";
  int standard[3] = {-1, -1, -1};  // Input, output, error. REQUIRES: all > 2.
  uint64_t memory_limit_bytes = 0; // 0: none; so are the next two.
  uint64_t file_limit_bytes = 0;
  uint64_t process_limit = 0;
};

struct spawned {
  pid_t pid = -1; // > 0: it runs, as leader of its own session and group.
  wire::step failed = wire::step::none;
  int error = 0;
};

/// Starts `what` with no signal blocked or ignored, dying with the caller, with
/// its three descriptors and no other. Waits until the program runs or has
/// failed to. REQUIRES: the caller is single-threaded and ignores no signal.
[[nodiscard]] spawned spawn(const program& what);

/// Returns the files to try for `name`, in order: itself if it holds a slash,
/// else one for each absolute folder of PATH (its usual value if `envp` has
/// none).
[[nodiscard]] std::vector<std::string>
program_candidates(const char* name, const std::vector<char*>& envp);

} // namespace cohort::runtime::process
