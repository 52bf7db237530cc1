#pragma once

#include <chrono>
#include <cstdint>

namespace cohort::runtime::resilience {

/// Full-jitter exponential backoff: a uniform draw from [0, min(max, base * 2^(attempt-1))].
///
/// Pure: `random` is any 64 random bits. REQUIRES: attempt >= 1, base > 0.
/// Source: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
[[nodiscard]] std::chrono::milliseconds
backoff(uint32_t attempt, std::chrono::milliseconds base,
        std::chrono::milliseconds max, uint64_t random);

} // namespace cohort::runtime::resilience
