#pragma once

#include <cstdint>

namespace cohort::runtime::execution {

struct cache_settings {
  bool enabled = true;
  /// Content that is kept, compressed; what was not used for longest goes
  /// first. >= 1 MiB.
  uint64_t limit_bytes = 2ULL << 30;
};

} // namespace cohort::runtime::execution
