#include "runtime/process/launcher.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

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

/// The launcher is two processes, so that either may be killed at any time and
/// still nothing outlives it: the inner one starts programs; the outer one only
/// waits, and inherits what the inner one leaves behind. Both hold the socket:
/// the runner sees its end when the last of them is through.
namespace cohort::runtime::process {

namespace {

constexpr int exit_unusable = 70;

/// No signal but SIGKILL and SIGSTOP touches a launcher: all are blocked. Their
/// default actions are restored for the programs, which inherit them.
void shield_from_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  for (int signal = 1; signal < NSIG; ++signal)
    std::signal(signal, SIG_DFL);
}

/// Keeps descriptor `socket` and standard error; 0 and 1 become /dev/null.
/// Returns /dev/null's own descriptor, or nothing if there is none.
std::optional<int> tidy_descriptors(int socket) {
  auto null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0)
    return std::nullopt;
  for (int fd : {0, 1, 2})
    if (fd != socket && (fd < 2 || fcntl(fd, F_GETFD) < 0))
      dup2(null, fd);
  // Above 2, where a program's own will stand.
  auto kept = fcntl(null, F_DUPFD_CLOEXEC, 3);
  auto low = static_cast<unsigned>(std::min(socket, kept));
  auto high = static_cast<unsigned>(std::max(socket, kept));
  if (low > 3)
    syscall(SYS_close_range, 3U, low - 1, 0U);
  if (high > low + 1)
    syscall(SYS_close_range, low + 1, high - 1, 0U);
  syscall(SYS_close_range, high + 1, ~0U, 0U);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  return kept < 0 ? std::nullopt : std::optional{kept};
}

bool say_hello(int socket, int setup_errno) {
  wire::hello message{wire::hello_magic, setup_errno};
  return send(socket, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}

/// The inner process.
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

/// The outer process: waits for the inner one's end, then ends what it left.
int guard(pid_t inner) {
  int status = 0;
  // While it lives, orphans go to the inner one: it is nearer to them.
  while (waitpid(inner, &status, 0) < 0 && errno == EINTR) {
    // nop
  }
  child_list children;
  end_all_children(children);
  return WIFEXITED(status) ? WEXITSTATUS(status) : exit_unusable;
}

int launcher_main(int fd) {
  shield_from_signals();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  auto null = tidy_descriptors(fd);
  if (!null) {
    say_hello(fd, errno);
    return exit_unusable;
  }
  auto guardian = getpid();
  auto inner = fork();
  if (inner < 0) {
    say_hello(fd, errno);
    return exit_unusable;
  }
  if (inner > 0)
    return guard(inner);
  // PR_SET_CHILD_SUBREAPER is not inherited.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  return serve(fd, *null, guardian);
}

} // namespace

std::optional<int> run_as_launcher(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], launcher_argument) != 0)
    return std::nullopt;
  auto* end = argv[2];
  auto socket = std::strtol(argv[2], &end, 10);
  if (end == argv[2] || *end != '\0' || socket < 0 || socket > INT_MAX)
    return exit_unusable;
  return launcher_main(static_cast<int>(socket));
}

} // namespace cohort::runtime::process
