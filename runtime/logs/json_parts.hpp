#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "messages/v1/analysis.pb.h"

/// Parts of JSON that may be anything. Private to logs/.
namespace cohort::runtime::logs {

namespace pb = messages::v1;
using nlohmann::json;

inline const json& member(const json& object, const char* key) {
  static const json nothing;
  if (!object.is_object())
    return nothing;
  auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

inline std::string text_in(const json& object, const char* key) {
  auto& found = member(object, key);
  return found.is_string() ? found.get<std::string>() : std::string{};
}

/// 0 for what is no number; the largest for what is larger.
inline uint32_t number_in(const json& object, const char* key) {
  auto& found = member(object, key);
  return found.is_number_unsigned() ? static_cast<uint32_t>(
           std::min<uint64_t>(found.get<uint64_t>(), UINT32_MAX))
                                    : 0;
}

/// The items of a list; none of what is no list.
inline const std::vector<json>& items(const json& object, const char* key) {
  static const std::vector<json> none;
  auto& found = member(object, key);
  return found.is_array() ? found.get_ref<const json::array_t&>() : none;
}

} // namespace cohort::runtime::logs
