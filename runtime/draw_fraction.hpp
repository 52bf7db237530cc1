#pragma once

#include <random>

namespace cohort::runtime {

/// A number in [0, 1), each as likely as any other; the same one from the same
/// state on every machine, which std's distributions do not promise.
inline double draw_fraction(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

} // namespace cohort::runtime
