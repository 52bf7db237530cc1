#include "runtime/process/children.hpp"

#include <cerrno>
#include <csignal>
#include <string>

#include <sys/wait.h>

namespace cohort::runtime::process {

child_list::child_list()
  : file_{
    open(("/proc/self/task/" + std::to_string(getpid()) + "/children").c_str(),
         O_RDONLY | O_CLOEXEC)} {
  // nop
}

const std::vector<pid_t>& child_list::read() {
  pids_.clear();
  char buffer[4096];
  off_t offset = 0;
  pid_t pid = 0; // A number may go over the end of a buffer.
  for (;;) {
    auto n = pread(file_.get(), buffer, sizeof buffer, offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return pids_;
    offset += n;
    for (auto* next = buffer; next < buffer + n; ++next) {
      if (*next >= '0' && *next <= '9') {
        pid = pid * 10 + (*next - '0');
      } else if (pid > 0) {
        pids_.push_back(pid);
        pid = 0;
      }
    }
  }
}

void end_all_children(child_list& children) {
  for (;;) {
    for (auto pid : children.read())
      kill(pid, SIGKILL);
    // One that is dead or dying; then all that are dead already.
    auto reaped = waitpid(-1, nullptr, __WALL);
    if (reaped < 0 && errno == ECHILD)
      return;
    while (waitpid(-1, nullptr, __WALL | WNOHANG) > 0) {
      // nop
    }
  }
}

} // namespace cohort::runtime::process
