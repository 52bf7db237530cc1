#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "runtime/process/confinement.hpp"

/// Child processes: what to run, and what became of it.
///
/// Nothing here forks in the calling process: the one implementation talks to
/// the launcher (launcher.hpp), tests use tests/support/fake_processes.hpp.
namespace cohort::runtime::process {

/// A program to run. Its standard input is empty unless `input` says otherwise.
struct command {
  std::vector<std::string> argv; // argv[0] is looked up in PATH.
  std::string working_directory; // Absolute; empty: "/".
  std::vector<std::pair<std::string, std::string>>
    environment; // Added to the allow-list.
  /// Likewise, of values that no list of processes may show. Their names are
  /// the user's choice, never a workspace's.
  std::vector<std::pair<std::string, std::string>> private_environment;
  std::string input;
  std::chrono::milliseconds deadline{0}; // 0: none.
  uint64_t output_limit_bytes
    = 64ULL << 20;                 // Of stdout and stderr each; then killed.
  uint64_t memory_limit_bytes = 0; // Address space; 0: none.
  uint64_t file_limit_bytes = 0;   // Of each file that is written; 0: none.
  uint64_t process_limit = 0;      // Of this user; 0: none. Not for root.
  bool cpu_bound = true; // Waits for a CPU token; false: starts at once.
  std::optional<confinement> confined; // None: all that the user may do. For
                                       // sandbox_runner; others pass it over.
};

enum class status : uint8_t {
  exited,          // `exit_code` holds.
  signalled,       // `signal` holds.
  timed_out,       // Killed at its deadline.
  output_exceeded, // Killed at its output limit; what came before is kept.
  cancelled,       // Killed, or never started, because the stop token asked.
  start_failed,    // `message` says why: no such program, no permission...
  launcher_lost,   // The launcher is gone; so is everything that it started.
};

struct outcome {
  process::status status = process::status::start_failed;
  int exit_code = -1;
  int signal = 0;
  std::string out;
  std::string err;
  std::string message;
  std::chrono::duration<double> wall{
    0}; // From start to end; waiting for a token excluded.
  std::chrono::duration<double> cpu{
    0}; // User and system, of the whole tree that was reaped.

  [[nodiscard]] bool ok() const noexcept {
    return status == process::status::exited && exit_code == 0;
  }
};

/// Returns "exit code 1", "signal 11", "timed out", ... for messages.
[[nodiscard]] std::string describe(const outcome& result);

/// Starts programs. Thread safe.
class runner {
public:
  using completion = std::function<void(outcome)>;

  virtual ~runner() = default;

  /// Starts `what`; `done` is called exactly once, from an unspecified thread,
  /// and must not block. After a stop request `done` is called only when the
  /// whole process tree is dead.
  virtual void start(command what, std::stop_token stop, completion done) = 0;

  /// Runs `what` and waits. Never call it on a scheduler thread.
  [[nodiscard]] outcome run(command what, std::stop_token stop = {});
};

} // namespace cohort::runtime::process
