#include "runtime/resilience/backoff.hpp"

#include <algorithm>

namespace cohort::runtime::resilience {

namespace {

/// base * 2^doublings, or max where that is less. REQUIRES: base > 0, max > 0.
int64_t grown(int64_t base, uint32_t doublings, int64_t max) {
  // What is shifted out would be above any max.
  if (doublings >= 63 || base > (max >> doublings))
    return max;
  return std::min(base << doublings, max);
}

} // namespace

std::chrono::milliseconds
backoff(uint32_t attempt, std::chrono::milliseconds base,
        std::chrono::milliseconds max, uint64_t random) {
  if (base.count() <= 0 || max.count() <= 0)
    return std::chrono::milliseconds{0};
  auto limit = grown(base.count(), std::max(1U, attempt) - 1, max.count());
  auto span = static_cast<uint64_t>(limit) + 1;
  return std::chrono::milliseconds{static_cast<int64_t>(random % span)};
}

} // namespace cohort::runtime::resilience
