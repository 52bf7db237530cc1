#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "runtime/resilience/failure_window.hpp"

namespace cohort::runtime::resilience {

struct breaker_settings {
  /// So many failures in a row open a breaker; 0: that is no reason.
  uint32_t failures_in_a_row = 3;
  /// So does this share of the calls that ended within the window, once there
  /// are so many.
  double failure_rate = 0.5;
  uint32_t minimum_calls = 10;
  std::chrono::milliseconds window{60'000};
  /// At least; up to half as much again, so that what opened together does not
  /// try again together.
  std::chrono::milliseconds cool_down{5'000};
};

/// Keeps calls away from what keeps failing: closed -> open -> half-open.
///
/// Closed: calls pass; too many failures open it. Open: calls are refused until
/// the cool-down is over. Half-open: one call passes, the probe; its success
/// closes the breaker, its failure opens it again. Each call that passes gets
/// the breaker's generation, which changes with every change of phase: what is
/// said later about a call of an older generation is ignored, so that a slow
/// success from before the trouble does not close the breaker, and a slow
/// failure does not prolong it.
///
/// Pure:   time and random bits come in.
/// Costs:  O(1).
/// Source: Nygard, "Release It!", ch. 5; the rate with a minimum of calls is
///         Resilience4j's CircuitBreaker.
class circuit_breaker {
public:
  using time_point = std::chrono::steady_clock::time_point;
  enum class phase : uint8_t { closed, open, half_open };
  /// What an outcome did to the breaker.
  enum class turn : uint8_t { none, opened, opened_again, closed };
  /// A call that may pass; its outcome is reported with it.
  struct call {
    uint64_t generation = 0;
  };

  explicit circuit_breaker(const breaker_settings& settings);

  /// Whether `allow` would let a call pass now.
  [[nodiscard]] bool allows(time_point now) const;
  /// Lets a call pass, or refuses it.
  [[nodiscard]] std::optional<call> allow(time_point now);
  turn succeeded(call which, time_point now);
  /// opened_again: the call was the probe.
  turn failed(call which, time_point now, uint64_t random);
  /// The call ended and says nothing: if it was the probe, another may follow.
  void abandoned(call which);

  [[nodiscard]] phase current(time_point now) const;
  /// When an open breaker will let a probe pass; time_point::min() when closed.
  [[nodiscard]] time_point retry_at() const;

private:
  [[nodiscard]] bool fails_too_often(time_point now) const;
  void open(time_point now, uint64_t random);

  breaker_settings settings_;
  uint32_t failures_ = 0; // In a row, while closed.
  failure_window window_; // While closed.
  bool is_closed_ = true;
  bool is_probing_ = false;
  uint64_t generation_ = 0;
  time_point retry_at_ = time_point::min();
};

} // namespace cohort::runtime::resilience
