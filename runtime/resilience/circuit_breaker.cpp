#include "runtime/resilience/circuit_breaker.hpp"

#include <algorithm>

#include "runtime/resilience/later.hpp"

namespace cohort::runtime::resilience {

circuit_breaker::circuit_breaker(const breaker_settings& settings)
  : settings_{settings}, window_{settings.window} {
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

circuit_breaker::turn circuit_breaker::succeeded(call which, time_point now) {
  if (which.generation != generation_)
    return turn::none;
  failures_ = 0;
  if (!is_probing_) {
    window_.add(false, now);
    return turn::none;
  }
  is_closed_ = true;
  is_probing_ = false;
  retry_at_ = time_point::min();
  ++generation_;
  return turn::closed;
}

circuit_breaker::turn circuit_breaker::failed(call which, time_point now,
                                              uint64_t random) {
  if (which.generation != generation_)
    return turn::none;
  if (is_probing_) {
    open(now, random);
    return turn::opened_again;
  }
  ++failures_;
  window_.add(true, now);
  if (!fails_too_often(now))
    return turn::none;
  open(now, random);
  return turn::opened;
}

void circuit_breaker::abandoned(call which) {
  if (which.generation != generation_ || !is_probing_)
    return;
  is_probing_ = false;
  ++generation_;
}

bool circuit_breaker::fails_too_often(time_point now) const {
  if (settings_.failures_in_a_row > 0
      && failures_ >= settings_.failures_in_a_row)
    return true;
  auto seen = window_.within(now);
  return seen.calls >= settings_.minimum_calls
         && seen.failures >= settings_.failure_rate * seen.calls;
}

void circuit_breaker::open(time_point now, uint64_t random) {
  is_closed_ = false;
  is_probing_ = false;
  failures_ = 0;
  window_.clear();
  ++generation_;
  auto cool_down = std::max(std::chrono::milliseconds{0}, settings_.cool_down);
  auto jitter = random % (static_cast<uint64_t>(cool_down.count()) / 2 + 1);
  retry_at_ = later(later(now, cool_down),
                    std::chrono::milliseconds{static_cast<int64_t>(jitter)});
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
