#include "runtime/process/launcher.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/process/children.hpp"
#include "runtime/process/launcher_loop.hpp"
#include "runtime/process/wire.hpp"

/// The launcher is a guardian and, below it, one or more starters, so that any
/// may be killed at any time and still nothing outlives it: starters start
/// programs, each as it is told over its own socket; the guardian only waits,
/// and inherits what a starter leaves behind. With one of them all end. The
/// guardian holds the sockets as well: the runner sees the end of each when all
/// that could be said on it has been.
namespace cohort::runtime::process {

namespace {

constexpr int exit_unusable = 70;
constexpr int starters_max = 64;

/// No signal but SIGKILL and SIGSTOP touches a launcher: all are blocked. Their
/// default actions are restored for the programs, which inherit them.
void shield_from_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  for (int signal = 1; signal < NSIG; ++signal)
    std::signal(signal, SIG_DFL);
}

using descriptor_list = std::vector<int>; // Ascending.

bool contains(const descriptor_list& list, int fd) {
  return std::ranges::find(list, fd) != list.end();
}

/// Closes everything above 2 that is not in `kept`.
void close_others(descriptor_list kept) {
  std::ranges::sort(kept);
  auto next = 3U;
  for (auto fd : kept) {
    auto number = static_cast<unsigned>(fd);
    if (number > next)
      syscall(SYS_close_range, next, number - 1, 0U);
    next = std::max(next, number + 1);
  }
  syscall(SYS_close_range, next, ~0U, 0U);
}

/// Keeps `sockets` and standard error; 0 and 1 become /dev/null. Returns
/// /dev/null's own descriptor, or nothing if there is none.
std::optional<int> tidy_descriptors(const descriptor_list& sockets) {
  auto null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0)
    return std::nullopt;
  for (int fd : {0, 1, 2})
    if (!contains(sockets, fd) && (fd < 2 || fcntl(fd, F_GETFD) < 0))
      dup2(null, fd);
  // Above 2, where a program's own will stand.
  auto kept = fcntl(null, F_DUPFD_CLOEXEC, 3);
  auto all = sockets;
  all.push_back(kept);
  close_others(std::move(all));
  for (auto socket : sockets)
    fcntl(socket, F_SETFD, FD_CLOEXEC);
  return kept < 0 ? std::nullopt : std::optional{kept};
}

bool say_hello(int socket, int setup_errno) {
  wire::hello message{wire::hello_magic, setup_errno};
  return send(socket, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}

/// A starter.
int serve(int socket, int null, pid_t guardian) {
  prctl(PR_SET_PDEATHSIG, guardian_gone_signal);
  if (getppid() != guardian)
    return exit_unusable;
  child_list children;
  auto setup_errno = children.usable() ? 0 : ENOSYS;
  if (!say_hello(socket, setup_errno) || setup_errno != 0)
    return exit_unusable;
  launcher_loop{socket, null, guardian, children}.run();
  end_all_children(children);
  return 0;
}

/// The guardian: waits for the end of a starter, then ends the others and what
/// they left.
int guard() {
  int status = 0;
  // While they live, orphans go to the starters, which are nearer to them.
  while (waitpid(-1, &status, 0) < 0 && errno == EINTR) {
    // nop
  }
  child_list children;
  end_all_children(children);
  return WIFEXITED(status) ? WEXITSTATUS(status) : exit_unusable;
}

int give_up(const descriptor_list& sockets, int why) {
  for (auto socket : sockets)
    say_hello(socket, why);
  child_list children;
  end_all_children(children);
  return exit_unusable;
}

int launcher_main(const descriptor_list& sockets) {
  shield_from_signals();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  auto null = tidy_descriptors(sockets);
  if (!null)
    return give_up(sockets, errno);
  auto guardian = getpid();
  for (auto socket : sockets) {
    auto starter = fork();
    if (starter < 0)
      return give_up(sockets, errno);
    if (starter > 0)
      continue;
    close_others({socket, *null});
    // PR_SET_CHILD_SUBREAPER is not inherited.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return serve(socket, *null, guardian);
  }
  return guard();
}

std::optional<int> parse(const char* text) {
  char* end = nullptr;
  auto number = std::strtol(text, &end, 10);
  if (end == text || *end != '\0' || number < 0 || number > INT_MAX / 2)
    return std::nullopt;
  return static_cast<int>(number);
}

} // namespace

std::optional<int> run_as_launcher(int argc, char** argv) {
  if (argc != 4 || std::strcmp(argv[1], launcher_argument) != 0)
    return std::nullopt;
  auto first = parse(argv[2]);
  auto count = parse(argv[3]);
  if (!first || !count || *count < 1 || *count > starters_max)
    return exit_unusable;
  descriptor_list sockets(static_cast<size_t>(*count));
  std::iota(sockets.begin(), sockets.end(), *first);
  return launcher_main(sockets);
}

} // namespace cohort::runtime::process
