#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace cohort::runtime::resilience {

/// How many of the calls of the last while failed.
///
/// The window slides by tenths: what is a whole window old, less up to a tenth,
/// is forgotten. Pure: time comes in, and never goes back. Costs: O(1).
/// Source: the rolling buckets of Netflix's Hystrix ("How it works").
class failure_window {
public:
  using time_point = std::chrono::steady_clock::time_point;
  struct count {
    uint32_t calls = 0;
    uint32_t failures = 0;
  };

  /// A window of less than ten milliseconds counts as ten.
  explicit failure_window(std::chrono::milliseconds span);

  void add(bool is_failure, time_point now);
  [[nodiscard]] count within(time_point now) const;
  void clear();

private:
  struct bucket {
    int64_t number = -1; // Tenths of the window since the clock's epoch.
    count seen;
  };

  [[nodiscard]] int64_t number_of(time_point now) const;

  std::chrono::milliseconds tenth_;
  std::array<bucket, 10> buckets_; // By number, modulo their count.
};

} // namespace cohort::runtime::resilience
