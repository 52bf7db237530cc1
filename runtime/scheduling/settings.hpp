#pragma once

#include <chrono>

namespace cohort::runtime::scheduling {

/// Second attempts at units whose first one is late.
struct speculation_settings {
  bool enabled = true;
  double factor = 2; // Times what nine of ten took: later is late. >= 1.
  std::chrono::milliseconds least{1000}; // No attempt is late before. > 0.
  double budget = 0.15; // Of all attempts' time, for second ones. 0 to 1.
};

struct pool_settings {
  unsigned max_concurrent_workers = 8;
  unsigned max_attempts = 3;                         // Of one unit. >= 1.
  std::chrono::milliseconds worker_timeout{300'000}; // An attempt's lease.
  std::chrono::milliseconds cancel_timeout{
    10'000};                                    // Until a slot that does
                                                // not acknowledge is given up.
  std::chrono::milliseconds retry_backoff{200}; // Base; doubles per attempt.
  std::chrono::milliseconds retry_backoff_max{10'000};
  unsigned max_cpu_bound = 0; // CPU-bound units that run at once; 0: no limit.
  unsigned prefetch = 1;      // Credits of a worker. >= 1.
  double retry_budget = 0.2;  // Retries for each first attempt.
  /// In a row: that many open a worker's circuit breaker.
  unsigned quarantine_failures = 3;
  /// Any breaker opens when this share fails of at least so many calls that
  /// ended within the window.
  double breaker_failure_rate = 0.5;
  unsigned breaker_minimum_calls = 10;
  std::chrono::milliseconds breaker_window{60'000};
  std::chrono::milliseconds breaker_cool_down{5'000}; // At least.
  speculation_settings speculation;
};

} // namespace cohort::runtime::scheduling
