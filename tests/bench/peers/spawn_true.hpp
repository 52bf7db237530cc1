#pragma once

#include <spawn.h>
#include <sys/wait.h>

namespace peers {

/// Runs /bin/true and waits for it; whether it ended well.
inline bool spawn_true() {
  static char program[] = "/bin/true";
  char* arguments[] = {program, nullptr};
  pid_t child = 0;
  int status = 0;
  return posix_spawn(&child, program, nullptr, nullptr, arguments, environ) == 0
         && waitpid(child, &status, 0) == child && status == 0;
}

} // namespace peers
