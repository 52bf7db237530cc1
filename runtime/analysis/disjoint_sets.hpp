#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace cohort::runtime::analysis {

/// Sets of the indices below `size`, at first one each. The representative is
/// the smallest member, so that the order of joins does not matter.
class disjoint_sets {
public:
  explicit disjoint_sets(size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), 0u);
  }

  uint32_t find(uint32_t x) {
    while (parent_[x] != x)
      x = parent_[x] = parent_[parent_[x]];
    return x;
  }

  void join(uint32_t x, uint32_t y) {
    x = find(x);
    y = find(y);
    parent_[std::max(x, y)] = std::min(x, y);
  }

private:
  std::vector<uint32_t> parent_;
};

} // namespace cohort::runtime::analysis
