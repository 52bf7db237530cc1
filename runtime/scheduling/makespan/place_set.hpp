#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cohort::runtime::scheduling {

/// A set of small numbers that gives the smallest one.
///
/// A bit for each number, a bit for each 64 of these that says whether any is
/// set, and so on: four levels for a million numbers.
/// Costs:  O(log64 size) each, whatever is in it; clear() O(size / 64).
class place_set {
public:
  /// For numbers below `size`.
  explicit place_set(size_t size) {
    do {
      size = (size + 63) / 64;
      levels_.emplace_back(size == 0 ? 1 : size);
    } while (size > 1);
  }

  [[nodiscard]] bool empty() const {
    return levels_.back().front() == 0;
  }

  void insert(size_t number) {
    for (auto& level : levels_) {
      auto& word = level[number / 64];
      auto was = word;
      word |= uint64_t{1} << number % 64;
      if (was != 0)
        return;
      number /= 64;
    }
  }

  /// Takes the smallest number out. REQUIRES: !empty().
  size_t pop() {
    size_t result = 0;
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level)
      result = result * 64
               + static_cast<size_t>(std::countr_zero((*level)[result]));
    auto number = result;
    for (auto& level : levels_) {
      auto& word = level[number / 64];
      word &= word - 1;
      if (word != 0)
        break;
      number /= 64;
    }
    return result;
  }

  void clear() {
    for (auto& level : levels_)
      level.assign(level.size(), 0);
  }

private:
  std::vector<std::vector<uint64_t>> levels_; // The numbers' own bits first.
};

} // namespace cohort::runtime::scheduling
