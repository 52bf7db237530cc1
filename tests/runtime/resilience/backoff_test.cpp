#include "runtime/resilience/backoff.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "runtime/resilience/later.hpp"

namespace cohort::tests::backoff_test {

using namespace std::chrono_literals;
using namespace cohort::runtime::resilience;

TEST_CASE("waits lie between nothing and what the attempt allows") {
  std::mt19937_64 random{1};
  for (uint32_t attempt = 0; attempt < 70; ++attempt) {
    auto limit = std::min<int64_t>(
      10'000, int64_t{200} << std::min(30U, std::max(1U, attempt) - 1));
    std::chrono::milliseconds longest{0};
    for (int i = 0; i < 200; ++i) {
      auto wait = backoff(attempt, 200ms, 10s, random());
      CHECK(wait >= 0ms);
      CHECK(wait.count() <= limit);
      longest = std::max(longest, wait);
    }
    CHECK(longest.count() > limit / 2);
  }
}

TEST_CASE("no base or no limit is no wait") {
  CHECK(backoff(3, 0ms, 10s, 12345) == 0ms);
  CHECK(backoff(3, 200ms, -1ms, 12345) == 0ms);
}

TEST_CASE("extremes do not overflow") {
  auto most = std::chrono::milliseconds{std::numeric_limits<int64_t>::max()};
  CHECK(backoff(UINT32_MAX, most, most, UINT64_MAX) >= 0ms);
  auto now = std::chrono::steady_clock::time_point{1h};
  CHECK(later(now, most) == std::chrono::steady_clock::time_point::max());
  CHECK(later(now, 5ms) == now + 5ms);
}

} // namespace cohort::tests::backoff_test
