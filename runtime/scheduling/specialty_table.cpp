#include "runtime/scheduling/specialty_table.hpp"

namespace cohort::runtime::scheduling {

uint32_t specialty_table::use(const pb::Specialty& specialty) {
  if (specialty.kind() != pb::SPECIALTY_KIND_CUSTOM)
    return static_cast<uint32_t>(specialty.kind());
  auto [it, is_new] = numbers_.try_emplace(specialty.custom_name(), 0);
  if (is_new) {
    if (unused_.empty()) {
      unused_.push_back(end());
      custom_.emplace_back();
    }
    it->second = unused_.back();
    unused_.pop_back();
    custom_[it->second - first_custom].name = specialty.custom_name();
  }
  ++custom_[it->second - first_custom].uses;
  return it->second;
}

void specialty_table::leave(uint32_t number) {
  if (number < first_custom)
    return;
  auto& custom = custom_[number - first_custom];
  if (--custom.uses > 0)
    return;
  numbers_.erase(custom.name);
  custom.name.clear();
  unused_.push_back(number);
}

} // namespace cohort::runtime::scheduling
