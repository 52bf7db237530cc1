#include "runtime/process/spawn.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// glibc's clone by its other name, which ThreadSanitizer does not take for a
/// fork: it cannot follow a child that shares our memory.
extern "C" int __clone(int (*)(void*), void*, int, void*, ...);

namespace cohort::runtime::process {

namespace {

/// Shared with the child, which runs in our memory until it has become the
/// program; we sleep meanwhile (CLONE_VM, CLONE_VFORK).
struct start_request {
  const program& what;
  const std::vector<std::string>& candidates;
  pid_t parent;
  volatile wire::step failed = wire::step::none;
  volatile int error = 0;
};

/// The child must not enter a sanitizer's runtime: it is not on a stack that
/// one knows, and may have no memory left to map.
#define COHORT_IN_CHILD                                                        \
  __attribute__((no_sanitize("address", "undefined", "thread")))

/// _exit without a sanitizer's wrapper around it.
[[noreturn]] COHORT_IN_CHILD void leave() {
  for (;;)
    syscall(SYS_exit_group, 127);
}

[[noreturn]] COHORT_IN_CHILD void give_up(start_request& request, wire::step at,
                                          int why) {
  request.failed = at;
  request.error = why;
  leave();
}

COHORT_IN_CHILD bool set_up_descriptors(const program& what) {
  for (int fd = 0; fd < 3; ++fd)
    if (dup2(what.standard[fd], fd) < 0)
      return false;
  syscall(SYS_close_range, 3U, ~0U, 0U);
  return true;
}

COHORT_IN_CHILD void set_limit(__rlimit_resource_t of, uint64_t value) {
  rlimit limit{value, value};
  if (value > 0)
    setrlimit(of, &limit);
}

COHORT_IN_CHILD void set_limits(const program& what) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  set_limit(RLIMIT_AS, what.memory_limit_bytes);
  set_limit(RLIMIT_FSIZE, what.file_limit_bytes);
  set_limit(RLIMIT_NPROC, what.process_limit);
}

/// Runs in the child. Allocates nothing, locks nothing.
COHORT_IN_CHILD int become(void* argument) {
  auto& request = *static_cast<start_request*>(argument);
  auto& what = request.what;
  setsid();
  set_limits(what);
  if (getppid() != request.parent) // It died before it could take us along.
    leave();
  if (!set_up_descriptors(what))
    give_up(request, wire::step::descriptors, errno);
  if (chdir(what.folder) != 0)
    give_up(request, wire::step::folder, errno);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  int why = ENOENT;
  for (auto& file : request.candidates) {
    execve(file.c_str(), what.argv.data(), what.envp.data());
    if (errno == EACCES)
      why = EACCES; // Unless a later folder has it.
    else if (errno != ENOENT && errno != ENOTDIR)
      give_up(request, wire::step::exec, errno);
  }
  give_up(request, wire::step::exec, why);
}

} // namespace

std::vector<std::string> program_candidates(const char* name,
                                            const std::vector<char*>& envp) {
  if (std::strchr(name, '/'))
    return {name};
  std::string_view path = "/usr/local/bin:/usr/bin:/bin";
  for (auto* entry : envp)
    if (entry && std::strncmp(entry, "PATH=", 5) == 0)
      path = entry + 5;
  std::vector<std::string> result;
  for (size_t begin = 0; begin < path.size();) {
    auto end = std::min(path.find(':', begin), path.size());
    // A relative folder would be looked up in a tree that is not ours to trust.
    if (path[begin] == '/')
      result.push_back(std::string{path.substr(begin, end - begin)} + '/'
                       + name);
    begin = end + 1;
  }
  return result;
}

spawned spawn(const program& what) {
  alignas(64) static char stack[64 * 1024];
  auto candidates = program_candidates(what.argv.front(), what.envp);
  start_request request{what, candidates, getpid()};
  auto pid = __clone(become, stack + sizeof stack,
                     CLONE_VM | CLONE_VFORK | SIGCHLD, &request);
  if (pid < 0)
    return {-1, wire::step::clone, errno};
  if (request.failed == wire::step::none)
    return {pid, wire::step::none, 0};
  waitpid(pid, nullptr, 0);
  return {-1, request.failed, request.error};
}

} // namespace cohort::runtime::process
