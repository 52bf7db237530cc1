#pragma once

#include <memory>
#include <optional>

#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"

/// Child processes are started by small single-threaded processes, the
/// launcher, so that nothing forks in the multi-threaded one and nothing
/// outlives it. Each of up to four starters is a subreaper, gives each program
/// its own session, process group and limits, and kills all of them when its
/// runner or its parent goes away. That parent does the same when a starter
/// itself is killed.
///
/// A program's tree is all that it started, daemons included: what is left of
/// it when the program ends is killed before the end is reported. A daemon in a
/// session of its own cannot be told apart from another program's; it may be
/// killed before its program ends.
namespace cohort::runtime::process {

/// argv[1] of a process that was started as a launcher; argv[2] is the number
/// of its first socket, argv[3] of how many.
inline constexpr const char* launcher_argument = "__launcher";

/// When this process was started as a launcher: runs until its runner is gone,
/// and returns the exit code. Nothing otherwise. The main function of every
/// binary that calls `start_launcher` calls it before anything else.
std::optional<int> run_as_launcher(int argc, char** argv);

/// Starts a launcher (this very binary, /proc/self/exe) and the one thread that
/// talks to it. The runner's destructor kills what still runs, waits until it
/// is dead, and reports it as `cancelled`. CPU-bound commands share
/// `settings.cpu_tokens`, first come first served. Environment: the allow-list
/// of `settings`, LC_ALL=C, COHORT_*, and what the command adds. Errors:
/// internal; also in a launcher that did not call `run_as_launcher`, which
/// would otherwise start itself without end.
expected<std::unique_ptr<runner>>
start_launcher(const process_settings& settings);

} // namespace cohort::runtime::process
