#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace cohort::tests::simulation {

/// Chance that a seed repeats, on every machine alike. Streams of one seed know
/// nothing of each other: to draw more from one changes nothing in another.
class dice {
public:
  enum class stream : uint32_t {
    world = 1,
    order,
    effects,
    network,
    disasters,
    looks
  };

  dice(uint64_t seed, stream which)
    : random_{static_cast<uint32_t>(seed) * 8 + static_cast<uint32_t>(which)} {
    // nop
  }

  /// REQUIRES: n > 0.
  size_t below(size_t n) {
    return random_() % n;
  }
  /// Both ends included. REQUIRES: low <= high.
  uint64_t between(uint64_t low, uint64_t high) {
    return low + random_() % (high - low + 1);
  }
  bool chance(unsigned per_mille) {
    return below(1000) < per_mille;
  }

private:
  std::mt19937 random_;
};

} // namespace cohort::tests::simulation
