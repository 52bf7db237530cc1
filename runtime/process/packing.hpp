#pragma once

#include <string>

#include "runtime/expected.hpp"
#include "runtime/process/environment.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/wire.hpp"

/// From a command to what the launcher reads, and from its answer to words.
/// Pure.
namespace cohort::runtime::process {

/// Returns why `what` cannot be started by anybody, or an empty string.
[[nodiscard]] std::string why_impossible(const command& what);

/// The text part of a start packet.
struct packed_command {
  wire::start header; // Without id and descriptors.
  std::string text;
};

/// The environment of a command without additions, which most are.
struct packed_environment {
  environment_map base;
  string_block block; // Of `base` alone.
};

/// REQUIRES: why_impossible(what).empty().
[[nodiscard]] packed_command pack(const command& what,
                                  const packed_environment& environment);

/// Returns the sentence for a start that failed at `step` with `error_number`.
[[nodiscard]] std::string
describe_start_failure(const command& what, wire::step step, int error_number);

} // namespace cohort::runtime::process
