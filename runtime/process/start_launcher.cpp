#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/process/descriptor.hpp"
#include "runtime/process/launched_runner.hpp"
#include "runtime/process/launcher.hpp"
#include "runtime/process/wire.hpp"

namespace cohort::runtime::process {

namespace {

constexpr int hello_timeout_ms = 20'000;
constexpr char launcher_name[] = "cohort-launcher";

/// A start takes about a millisecond, nearly all of it the kernel's, for which
/// its starter waits: several keep several cores busy with it.
size_t starters() {
  return std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
}

error failure(const std::string& what, int error_number) {
  return {errc::internal, "cannot start the launcher process: " + what + ": "
                            + std::generic_category().message(error_number)};
}

/// Returns the process id of this very binary, started as a launcher with
/// `sockets` as its descriptors from 3 on; or, negative, an errno.
pid_t spawn_launcher(const std::vector<descriptor>& sockets) {
  constexpr int first_fd = 3;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  // A terminal's Ctrl-C goes to the runner, which decides.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  // In ascending order, so that none is overwritten before it has moved.
  std::vector<int> fds;
  for (auto& socket : sockets)
    fds.push_back(socket.get());
  std::sort(fds.begin(), fds.end());
  // Also where they are equal: this takes the close-on-exec flag off.
  for (size_t i = 0; i < fds.size(); ++i)
    posix_spawn_file_actions_adddup2(&actions, fds[i],
                                     first_fd + static_cast<int>(i));
  auto name = std::string{launcher_name};
  auto verb = std::string{launcher_argument};
  auto first = std::to_string(first_fd);
  auto count = std::to_string(fds.size());
  char* argv[] = {name.data(), verb.data(), first.data(), count.data(),
                  nullptr};
  pid_t pid = -1;
  auto failed = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv,
                            environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failed != 0 ? -failed : pid;
}

expected<void> wait_for_hello(int socket) {
  pollfd ready{socket, POLLIN, 0};
  auto count = 0;
  do
    count = poll(&ready, 1, hello_timeout_ms);
  while (count < 0 && errno == EINTR);
  wire::hello message;
  auto n = count > 0 ? recv(socket, &message, sizeof message, MSG_DONTWAIT) : 0;
  if (n != sizeof message || message.magic != wire::hello_magic)
    return error{errc::internal,
                 std::string{
                   "the launcher process did not answer; a binary that calls "
                   "start_launcher must call run_as_launcher first"}};
  if (message.setup_errno == ENOSYS)
    return failure(
      "this kernel does not list /proc/self/task/*/children; mount /proc, "
      "or use a kernel with CONFIG_PROC_CHILDREN",
      message.setup_errno);
  if (message.setup_errno != 0)
    return failure("its set-up failed", message.setup_errno);
  return {};
}

} // namespace

expected<std::unique_ptr<runner>>
start_launcher(const process_settings& settings) {
  if (std::strcmp(program_invocation_short_name, launcher_name) == 0)
    return error{errc::internal,
                 "a launcher cannot start another one: its main "
                 "function must call run_as_launcher first"};
  std::vector<descriptor> ours;
  std::vector<descriptor> theirs;
  for (auto left = starters(); left > 0; --left) {
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
      return failure("no socket", errno);
    ours.emplace_back(fds[0]);
    theirs.emplace_back(fds[1]);
  }
  auto pid = spawn_launcher(theirs);
  if (pid < 0)
    return failure("/proc/self/exe", -pid);
  theirs.clear();
  auto give_up = [&](error why) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return why;
  };
  for (auto& socket : ours)
    if (auto hello = wait_for_hello(socket.get()); !hello)
      return give_up(hello.error());
  try {
    return std::unique_ptr<runner>{
      std::make_unique<launched_runner>(std::move(ours), pid, settings)};
  } catch (const std::system_error& why) {
    return give_up(failure("no thread or descriptors", why.code().value()));
  }
}

} // namespace cohort::runtime::process
