#pragma once

#include <functional>
#include <string>

#include "runtime/chat/assignment.hpp"
#include "runtime/chat/endpoint.hpp"
#include "runtime/chat/settings.hpp"
#include "runtime/process/runner.hpp"

namespace cohort::runtime::chat {

/// What it works with.
struct work_context {
  endpoint& model;
  process::runner& processes; // For the checks.
  std::function<void(std::chrono::milliseconds)> wait;
  std::function<void(const std::string&)> say; // Progress, a line each.
  std::function<void(uint64_t tokens, double cost)> spent; // All so far.
};

struct work_result {
  bool is_done = false;   // Every check accepts the files.
  bool elsewhere = false; // Nothing is wrong with the subtask itself.
  std::string why;        // When it is not done.
};

/// Has a model work on the assignment: its answers are applied as a whole, in
/// the assignment's files only, and checked; what does not hold is taken back,
/// and the model is told why. The files are as they were unless it is done.
/// Blocks.
work_result work_on(const assignment& what, const chat_settings& settings,
                    const work_context& context);

} // namespace cohort::runtime::chat
