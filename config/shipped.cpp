#include "config/shipped.hpp"

#include <yaml-cpp/yaml.h>

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

std::vector<std::pair<std::string, std::string>> programs_of_shipped() {
  std::vector<std::pair<std::string, std::string>> result;
  for (auto& one : shipped_entries()) {
    auto text = YAML::Load(std::string{one.yaml});
    auto words = text[one.section == "executors" ? "command" : "check"];
    result.emplace_back(one.name, words[0].Scalar());
  }
  return result;
}

} // namespace cohort::config
