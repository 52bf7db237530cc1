#pragma once

#include <chrono>
#include <cstdint>

namespace cohort::runtime::resilience {

/// Returns how long to wait after attempt number `attempt` (from 1) failed:
/// full-jitter exponential backoff, a uniform draw from
/// [0, min(max, base * 2^(attempt-1))].
///
/// Pure:   `random` is any 64 random bits.
/// Errors: none; attempt 0 counts as 1, and a base or max of 0 or less is no
/// wait. Source: Brooker, "Exponential Backoff and Jitter", AWS Architecture
/// Blog, 2015.
[[nodiscard]] std::chrono::milliseconds
backoff(uint32_t attempt, std::chrono::milliseconds base,
        std::chrono::milliseconds max, uint64_t random);

} // namespace cohort::runtime::resilience
