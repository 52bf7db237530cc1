#include "runtime/resilience/retry_budget.hpp"

#include <algorithm>

namespace cohort::runtime::resilience {

retry_budget::retry_budget(double share, uint32_t reserve)
  : share_{share}, saved_max_{10.0 * reserve}, saved_{1.0 * reserve} {
  // nop
}

void retry_budget::first_attempt() {
  saved_ = std::min(saved_max_, saved_ + share_);
}

bool retry_budget::may_retry() {
  // Sums of a fifth are a little less than whole.
  constexpr auto rounding = 1e-9;
  if (saved_ < 1 - rounding)
    return false;
  saved_ -= 1;
  return true;
}

} // namespace cohort::runtime::resilience
