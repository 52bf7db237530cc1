#include "runtime/resilience/circuit_breaker.hpp"

#include <algorithm>

#include "runtime/resilience/later.hpp"

namespace cohort::runtime::resilience {

circuit_breaker::circuit_breaker(uint32_t threshold,
                                 std::chrono::milliseconds cool_down)
  : threshold_{std::max(1U, threshold)}, cool_down_{cool_down} {
  // nop
}

bool circuit_breaker::allows(time_point now) const {
  return is_closed_ || (now >= retry_at_ && !is_probing_);
}

std::optional<circuit_breaker::call> circuit_breaker::allow(time_point now) {
  if (!allows(now))
    return std::nullopt;
  if (!is_closed_) {
    is_probing_ = true;
    ++generation_;
  }
  return call{generation_};
}

void circuit_breaker::succeeded(call which) {
  if (which.generation != generation_)
    return;
  failures_ = 0;
  if (!is_probing_)
    return;
  is_closed_ = true;
  is_probing_ = false;
  retry_at_ = time_point::min();
  ++generation_;
}

void circuit_breaker::failed(call which, time_point now) {
  if (which.generation != generation_)
    return;
  if (is_probing_ || ++failures_ >= threshold_)
    open(now);
}

void circuit_breaker::abandoned(call which) {
  if (which.generation != generation_ || !is_probing_)
    return;
  is_probing_ = false;
  ++generation_;
}

void circuit_breaker::open(time_point now) {
  is_closed_ = false;
  is_probing_ = false;
  failures_ = 0;
  ++generation_;
  retry_at_ = later(now, cool_down_);
}

circuit_breaker::phase circuit_breaker::current(time_point now) const {
  if (is_closed_)
    return phase::closed;
  return now < retry_at_ ? phase::open : phase::half_open;
}

circuit_breaker::time_point circuit_breaker::retry_at() const {
  return retry_at_;
}

} // namespace cohort::runtime::resilience
