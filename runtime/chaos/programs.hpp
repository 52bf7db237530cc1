#pragma once

#include "runtime/process/runner.hpp"

/// Commands that behave badly, made of good ones. Pure.
namespace cohort::runtime::chaos {

/// It stops itself, as by SIGSTOP from outside, before it does anything.
[[nodiscard]] process::command hung(process::command what);

/// It takes so many times as long, in the end asleep. What kills the program
/// becomes an exit code of 128 and the signal. REQUIRES: times >= 1.
[[nodiscard]] process::command slowed(process::command what, unsigned times);

} // namespace cohort::runtime::chaos
