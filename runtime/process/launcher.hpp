#pragma once

#include <memory>

#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/expected.hpp"

/// Child processes are started by one small single-threaded process, the
/// launcher, so that nothing forks in the multi-threaded one and nothing
/// outlives it: the launcher is a subreaper, gives each program its own process
/// group and limits, and kills all of them when its parent goes away.
namespace cohort::runtime::process {

/// Runs the launcher's loop on `fd`; returns its exit code. The binary's main
/// calls it when it was started as a launcher, before anything else.
int launcher_main(int fd);

/// argv[1] of a process that must call `launcher_main(std::stoi(argv[2]))`.
inline constexpr const char* launcher_argument = "__launcher";

/// Starts a launcher (this very binary, /proc/self/exe) and the one thread that
/// talks to it. CPU-bound commands share `settings.cpu_tokens`, first come first
/// served. Environment: the allow-list of `settings`, LC_ALL=C, COHORT_*, and
/// what the command adds. Errors: internal.
expected<std::unique_ptr<runner>> start_launcher(const process_settings& settings);

} // namespace cohort::runtime::process
