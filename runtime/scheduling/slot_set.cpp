#include "runtime/scheduling/slot_set.hpp"

#include <bit>

namespace cohort::runtime::scheduling {

namespace {

constexpr uint64_t bit(uint32_t number) {
  return uint64_t{1} << (number % 64);
}

/// The first set bit that is at least `from`, in a sequence of words.
std::optional<uint32_t> next_bit(const std::vector<uint64_t>& words,
                                 uint32_t from) {
  size_t index = from / 64;
  if (index >= words.size())
    return std::nullopt;
  auto word = words[index] & (~uint64_t{0} << (from % 64));
  while (word == 0) {
    if (++index == words.size())
      return std::nullopt;
    word = words[index];
  }
  return static_cast<uint32_t>(index * 64)
         + static_cast<uint32_t>(std::countr_zero(word));
}

} // namespace

void slot_set::insert(uint32_t slot) {
  auto index = slot / 64;
  if (index >= words_.size()) {
    words_.resize(index + 1);
    summary_.resize(index / 64 + 1);
  }
  if ((words_[index] & bit(slot)) != 0)
    return;
  words_[index] |= bit(slot);
  summary_[index / 64] |= bit(index);
  ++size_;
}

void slot_set::erase(uint32_t slot) {
  auto index = slot / 64;
  if (index >= words_.size() || (words_[index] & bit(slot)) == 0)
    return;
  words_[index] &= ~bit(slot);
  if (words_[index] == 0)
    summary_[index / 64] &= ~bit(index);
  --size_;
}

void slot_set::clear() {
  words_.clear();
  summary_.clear();
  size_ = 0;
}

std::optional<uint32_t> slot_set::next(uint32_t from) const {
  auto index = from / 64;
  if (size_ == 0 || index >= words_.size())
    return std::nullopt;
  auto in_word = words_[index] & (~uint64_t{0} << (from % 64));
  if (in_word != 0)
    return index * 64 + static_cast<uint32_t>(std::countr_zero(in_word));
  auto later = next_bit(summary_, index + 1);
  if (!later)
    return std::nullopt;
  return *later * 64 + static_cast<uint32_t>(std::countr_zero(words_[*later]));
}

} // namespace cohort::runtime::scheduling
