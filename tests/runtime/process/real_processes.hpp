#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include "runtime/process/launcher.hpp"

/// What the tests with real programs share.
namespace cohort::tests {

namespace process = cohort::runtime::process;

inline std::unique_ptr<process::runner>
start_runner(const process::process_settings& settings = {}) {
  auto result = process::start_launcher(settings);
  if (!result)
    throw std::runtime_error(result.error().message);
  return std::move(*result);
}

inline process::command program(std::vector<std::string> argv) {
  process::command result;
  result.argv = std::move(argv);
  result.cpu_bound = false;
  return result;
}

inline process::command shell(std::string script,
                              const std::string& folder = "/") {
  auto result = program({"/bin/sh", "-c", std::move(script)});
  result.working_directory = folder;
  return result;
}

/// Starts `what`; the outcome comes with the future.
inline std::future<process::outcome> start(process::runner& processes,
                                           process::command what,
                                           std::stop_token stop = {}) {
  auto promise = std::make_shared<std::promise<process::outcome>>();
  auto result = promise->get_future();
  processes.start(std::move(what), std::move(stop),
                  [promise](process::outcome x) {
                    promise->set_value(std::move(x));
                  });
  return result;
}

/// Waits until `condition` holds, at most ten seconds. Returns whether it does.
template <class Condition>
bool eventually(Condition condition) {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

/// Returns what can be read: nothing of a process that is going away.
inline std::string read_file(const std::filesystem::path& path) {
  std::ostringstream content;
  content << std::ifstream{path}.rdbuf();
  return content.str();
}

inline void write_file(const std::filesystem::path& path) {
  std::ofstream{path} << "x";
}

/// Returns whether `pid` runs; dead but not reaped is dead.
inline bool is_alive(pid_t pid) {
  auto facts = read_file("/proc/" + std::to_string(pid) + "/stat");
  auto name_end = facts.rfind(')');
  return name_end != std::string::npos && name_end + 2 < facts.size()
         && facts[name_end + 2] != 'Z' && facts[name_end + 2] != 'X';
}

/// Returns the id that a script leaves in `path`, as soon as it is there whole.
inline pid_t pid_in(const std::filesystem::path& path) {
  auto whole = eventually([&] { return read_file(path).ends_with('\n'); });
  return whole ? std::stoi(read_file(path)) : -1;
}

/// Returns the running children of `pid`, those of all its threads.
inline std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> result;
  std::error_code error;
  auto tasks = "/proc/" + std::to_string(pid) + "/task";
  for (auto& task : std::filesystem::directory_iterator{tasks, error}) {
    std::ifstream list{task.path() / "children"};
    for (pid_t child = 0; list >> child;)
      if (is_alive(child))
        result.push_back(child);
  }
  return result;
}

inline std::vector<pid_t> descendants_of(pid_t pid) {
  auto result = children_of(pid);
  for (size_t i = 0; i < result.size(); ++i)
    for (auto child : children_of(result[i]))
      result.push_back(child);
  return result;
}

/// A duration for `sleep` that no other program on this machine is called with.
class marked_sleep {
public:
  marked_sleep() {
    static int count = 0;
    seconds_ = "86400." + std::to_string(getpid()) + std::to_string(++count);
  }

  [[nodiscard]] std::string command() const {
    return "sleep " + seconds_;
  }
  /// Returns how many `sleep`s run with it, in whatever tree.
  [[nodiscard]] size_t running() const {
    using namespace std::string_literals;
    size_t result = 0;
    std::error_code error;
    for (auto& entry : std::filesystem::directory_iterator{"/proc", error})
      if (read_file(entry.path() / "cmdline") == "sleep\0"s + seconds_ + '\0')
        ++result;
    return result;
  }

private:
  std::string seconds_;
};

} // namespace cohort::tests
