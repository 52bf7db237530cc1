#include "config/shipped.hpp"

namespace cohort::config {

const shipped_entry* find_shipped(std::string_view section,
                                  std::string_view name) {
  for (auto& one : shipped_entries())
    if (one.section == section && one.name == name)
      return &one;
  return nullptr;
}

std::vector<std::string> names_of_shipped(std::string_view section) {
  std::vector<std::string> result;
  for (auto& one : shipped_entries())
    if (one.section == section)
      result.emplace_back(one.name);
  return result;
}

} // namespace cohort::config
