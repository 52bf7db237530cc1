#pragma once

#include <cstdint>

namespace cohort::runtime::journal {

/// What a head keeps of tasks that have ended and were delivered; others stay
/// in any case.
struct journal_settings {
  unsigned retention_days = 0; // Since they ended; 0: for ever.
  uint64_t max_bytes = 0;      // Of the journal, the oldest go; 0: no limit.
};

} // namespace cohort::runtime::journal
