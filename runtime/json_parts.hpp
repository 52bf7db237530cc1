#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// Parts of JSON that may be anything.
///
/// Pure.
namespace cohort::runtime {

/// A member of an object; null when there is none, and of what is no object.
inline const nlohmann::json& member(const nlohmann::json& object,
                                    const std::string& key) {
  static const nlohmann::json nothing;
  if (!object.is_object())
    return nothing;
  auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

/// "" for what is no text.
inline std::string text_in(const nlohmann::json& object,
                           const std::string& key) {
  auto& found = member(object, key);
  return found.is_string() ? found.get<std::string>() : std::string{};
}

/// Negative ones, fractions and words are no numbers here.
inline std::optional<uint64_t> number_in(const nlohmann::json& object,
                                         const std::string& key) {
  auto& found = member(object, key);
  return found.is_number_unsigned() ? std::optional{found.get<uint64_t>()}
                                    : std::nullopt;
}

/// The items of a list; none of what is no list.
inline const std::vector<nlohmann::json>& items(const nlohmann::json& object,
                                                const std::string& key) {
  static const std::vector<nlohmann::json> none;
  auto& found = member(object, key);
  return found.is_array() ? found.get_ref<const nlohmann::json::array_t&>()
                          : none;
}

} // namespace cohort::runtime
