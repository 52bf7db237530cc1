#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/decomposition.pb.h"
#include "runtime/expected.hpp"

/// Executors in C++ of whoever builds a cohort of their own.
namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// What one is given. All of it is there until it returns.
struct native_assignment {
  const std::string& description; // The user's words.
  const pb::Subtask& subtask;
  std::filesystem::path workspace; // Where it works, an absolute path.
  std::vector<std::string> files;  // That it may change. Sorted.
  std::vector<pb::UnitReport> evidence;
  uint32_t attempt = 1; // Of the subtask, from 1.
  /// When the task's time is over; time_point::max(): never.
  std::chrono::steady_clock::time_point end;
  std::stop_token
    stop; // When it is told so, it must return soon: cohort waits.
  std::function<void()> alive; // It may call it whenever it got further.
};

/// What it says of its work; what it did is seen.
struct native_report {
  std::string outcome; // A sentence for people; shown where nothing was kept.
  double cost = 0;
};

/// Works on a subtask: what it changes in the workspace is its answer, as a
/// program's would be, and is checked and taken back in the same way. An error
/// means that it failed: nothing is kept, and the next executor is asked; one
/// that is `cancelled` ends the attempt.
///
/// Threads: may be called by several at once, each with its own workspace, and
/// may block. It runs in cohort's own process and without a sandbox.
using native_executor
  = std::function<expected<native_report>(const native_assignment&)>;

/// By name, as `executors` of a specialty in the configuration have it.
using native_executors = std::map<std::string, native_executor, std::less<>>;

} // namespace cohort::runtime::execution
