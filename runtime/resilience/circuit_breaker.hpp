#pragma once

#include <chrono>
#include <cstdint>

namespace cohort::runtime::resilience {

/// Keeps calls away from what keeps failing: closed -> open -> half-open.
///
/// Closed: calls pass; `threshold` failures in a row open it. Open: calls are
/// refused until `cool_down` is over. Half-open: one call passes; its success
/// closes the breaker, its failure opens it again.
/// Pure: time comes in. Source: Nygard, "Release It!", ch. 5.
class circuit_breaker {
public:
  using time_point = std::chrono::steady_clock::time_point;
  enum class phase : uint8_t { closed, open, half_open };

  circuit_breaker(uint32_t threshold, std::chrono::milliseconds cool_down);

  /// Whether a call may pass now; a half-open breaker lets one pass.
  [[nodiscard]] bool allow(time_point now);
  void succeeded();
  void failed(time_point now);
  [[nodiscard]] phase current(time_point now) const;
  /// When an open breaker will let a call pass; time_point::min() otherwise.
  [[nodiscard]] time_point retry_at() const;

private:
  uint32_t threshold_;
  std::chrono::milliseconds cool_down_;
  uint32_t failures_ = 0;
  bool open_ = false;
  bool probing_ = false;
  time_point retry_at_ = time_point::min();
};

} // namespace cohort::runtime::resilience
