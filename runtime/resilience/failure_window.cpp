#include "runtime/resilience/failure_window.hpp"

#include <algorithm>

namespace cohort::runtime::resilience {

failure_window::failure_window(std::chrono::milliseconds span)
  : tenth_{std::max<int64_t>(1, span.count() / 10)} {
  // nop
}

int64_t failure_window::number_of(time_point now) const {
  return now.time_since_epoch() / tenth_;
}

void failure_window::add(bool is_failure, time_point now) {
  auto number = number_of(now);
  auto& into = buckets_[static_cast<size_t>(number) % buckets_.size()];
  if (into.number != number)
    into = {number, {}};
  ++into.seen.calls;
  into.seen.failures += is_failure ? 1 : 0;
}

failure_window::count failure_window::within(time_point now) const {
  auto oldest = number_of(now) - static_cast<int64_t>(buckets_.size());
  count sum;
  for (auto& one : buckets_)
    if (one.number > oldest) {
      sum.calls += one.seen.calls;
      sum.failures += one.seen.failures;
    }
  return sum;
}

void failure_window::clear() {
  buckets_ = {};
}

} // namespace cohort::runtime::resilience
