#pragma once

#include <chrono>

namespace cohort::runtime::resilience {

/// Returns `now + wait`, or the end of time where that lies past it.
/// REQUIRES: now is not before the clock's epoch.
[[nodiscard]] inline std::chrono::steady_clock::time_point
later(std::chrono::steady_clock::time_point now,
      std::chrono::milliseconds wait) {
  using time_point = std::chrono::steady_clock::time_point;
  auto left
    = std::chrono::floor<std::chrono::milliseconds>(time_point::max() - now);
  return wait < left ? now + wait : time_point::max();
}

} // namespace cohort::runtime::resilience
