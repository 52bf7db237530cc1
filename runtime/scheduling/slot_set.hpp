#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace cohort::runtime::scheduling {

/// A set of small numbers that finds its members in ascending order.
///
/// Costs: insert and erase O(1); next O(1) where members are dense, otherwise
/// one
///        step for each 4,096 numbers that are not in the set. One bit a
///        number.
class slot_set {
public:
  void insert(uint32_t slot);
  void erase(uint32_t slot);
  void clear();
  [[nodiscard]] bool empty() const noexcept {
    return size_ == 0;
  }
  /// The smallest member that is at least `from`.
  [[nodiscard]] std::optional<uint32_t> next(uint32_t from) const;

private:
  std::vector<uint64_t> words_;
  std::vector<uint64_t> summary_; // Bit i: words_[i] is not 0.
  uint32_t size_ = 0;
};

} // namespace cohort::runtime::scheduling
