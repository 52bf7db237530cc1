#include "nodes/bench_nodes.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nodes/membership.hpp"

namespace cohort::nodes {

namespace {

using runtime::errc;
using runtime::error;
using runtime::expected;
using runtime::cluster::role;

std::string name_of(unsigned number) {
  return "b" + std::to_string(number);
}

/// Starts this program again; its output is the log.
expected<pid_t> start_again(const std::vector<std::string>& words,
                            const std::filesystem::path& log) {
  std::vector<char*> argv;
  for (auto& word : words)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                   O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = 0;
  auto failed = posix_spawn(&pid, "/proc/self/exe", &actions, nullptr,
                            argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return error{errc::internal,
                 std::string{"cannot start a node: "} + std::strerror(failed)};
  return pid;
}

} // namespace

expected<transport> make_bench_certificates(const std::filesystem::path& folder,
                                            unsigned count) {
  if (auto made = make_first_certificates(folder); !made)
    return made.error();
  for (unsigned i = 1; i <= count; ++i) {
    runtime::cluster::certificate_request request;
    request.name = name_of(i);
    if (auto made = runtime::cluster::issue(folder, request, folder); !made)
      return made.error();
  }
  return transport{runtime::cluster::files_of(folder, role::head, "head")};
}

expected<bench_nodes> bench_nodes::start(const endpoint& head,
                                         const bench_node_options& options) {
  bench_nodes result;
  for (unsigned i = 1; i <= options.count; ++i) {
    auto name = name_of(i);
    std::vector<std::string> words{"cohort",
                                   "node",
                                   "--join",
                                   head.host + ':' + std::to_string(head.port),
                                   "--name",
                                   name,
                                   "--jobs",
                                   std::to_string(options.workers),
                                   "--state",
                                   (options.folder / name).string(),
                                   "--certs",
                                   (options.folder / "certs").string(),
                                   "--set",
                                   "parallel_workers.coordination.prefetch="
                                     + std::to_string(options.prefetch)};
    if (options.insecure)
      words.emplace_back("--insecure");
    auto pid = start_again(words, options.folder / (name + ".log"));
    if (!pid)
      return pid.error();
    result.processes_.push_back(*pid);
  }
  return result;
}

bench_nodes::~bench_nodes() {
  for (auto pid : processes_)
    kill(pid, SIGTERM);
  for (auto pid : processes_)
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
      // Again: a signal came in between.
    }
}

} // namespace cohort::nodes
