#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace cohort::runtime::resilience {

/// Keeps calls away from what keeps failing: closed -> open -> half-open.
///
/// Closed: calls pass; `threshold` failures in a row open it. Open: calls are
/// refused until `cool_down` is over. Half-open: one call passes, the probe;
/// its success closes the breaker, its failure opens it again. Each call that
/// passes gets the breaker's generation, which changes with every change of
/// phase: what is said later about a call of an older generation is ignored, so
/// that a slow success from before the trouble does not close the breaker, and
/// a slow failure does not prolong it. Pure: time comes in. Source: Nygard,
/// "Release It!", ch. 5.
class circuit_breaker {
public:
  using time_point = std::chrono::steady_clock::time_point;
  enum class phase : uint8_t { closed, open, half_open };
  /// A call that may pass; its outcome is reported with it.
  struct call {
    uint64_t generation = 0;
  };

  /// A threshold of 0 counts as 1.
  circuit_breaker(uint32_t threshold, std::chrono::milliseconds cool_down);

  /// Whether `allow` would let a call pass now.
  [[nodiscard]] bool allows(time_point now) const;
  /// Lets a call pass, or refuses it.
  [[nodiscard]] std::optional<call> allow(time_point now);
  void succeeded(call which);
  void failed(call which, time_point now);
  /// The call ended and says nothing: if it was the probe, another may follow.
  void abandoned(call which);

  [[nodiscard]] phase current(time_point now) const;
  /// When an open breaker will let a probe pass; time_point::min() when closed.
  [[nodiscard]] time_point retry_at() const;

private:
  void open(time_point now);

  uint32_t threshold_;
  std::chrono::milliseconds cool_down_;
  uint32_t failures_ = 0; // In a row, while closed.
  bool is_closed_ = true;
  bool is_probing_ = false;
  uint64_t generation_ = 0;
  time_point retry_at_ = time_point::min();
};

} // namespace cohort::runtime::resilience
