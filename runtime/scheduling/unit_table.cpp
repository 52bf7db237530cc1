#include "runtime/scheduling/unit_table.hpp"

#include <utility>

namespace cohort::runtime::scheduling {

unit_record& unit_table::add(pb::WorkUnit work) {
  if (unused_.empty()) {
    if (size_ % chunk_size == 0)
      chunks_.push_back(std::make_unique<chunk>());
    at(size_).index = size_;
    unused_.push_back(size_++);
  }
  auto index = unused_.back();
  unused_.pop_back();
  chunks_[index / chunk_size]->work[index % chunk_size].emplace(
    std::move(work));
  return at(index);
}

void unit_table::remove(unit_record& unit) {
  auto index = unit.index;
  auto generation = unit.generation + 1;
  unit = unit_record{};
  unit.index = index;
  unit.generation = generation;
  chunks_[index / chunk_size]->work[index % chunk_size].reset();
  unused_.push_back(index);
}

unit_record* unit_table::find(uint64_t sequence) {
  auto index = static_cast<uint32_t>(sequence);
  if (index >= size_)
    return nullptr;
  auto& unit = at(index);
  auto is_it = unit.phase != unit_phase::unused
               && unit.generation == sequence >> 32U;
  return is_it ? &unit : nullptr;
}

} // namespace cohort::runtime::scheduling
