#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>

#include "runtime/draw_fraction.hpp"

namespace cohort::runtime::council::ablation {

/// Chance from a seed: the same seed, the same numbers, on every machine.
class draw {
public:
  explicit draw(uint64_t seed) : source_{seed} {
    // nop
  }

  /// In [0, n). REQUIRES: n > 0.
  size_t below(size_t n) {
    return static_cast<size_t>(source_() % n);
  }

  /// In [first, last]. REQUIRES: first <= last.
  size_t between(size_t first, size_t last) {
    return first + below(last - first + 1);
  }

  /// In [0, 1).
  double share() {
    return draw_fraction(source_);
  }

  double between(double low, double high) {
    return low + (high - low) * share();
  }

  bool chance(double probability) {
    return share() < probability;
  }

  /// About 1: two of three lie within [1 / spread, spread].
  double factor(double spread) {
    double normal = -6; // Sum of twelve shares, less its mean.
    for (int i = 0; i < 12; ++i)
      normal += share();
    return std::pow(spread, normal);
  }

private:
  std::mt19937_64 source_;
};

} // namespace cohort::runtime::council::ablation
