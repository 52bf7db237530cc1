#pragma once

#include <string_view>

namespace cohort::runtime {

/// Whether a JSON text nests lists and objects deeper than `nesting_max`, so
/// that it need not be read to know. Brackets in strings count for nothing.
inline bool is_too_deep(std::string_view text, int nesting_max = 64) {
  auto depth = 0;
  auto in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (in_string && c == '\\')
      ++i;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '[' || c == '{') && ++depth > nesting_max)
      return true;
    else if (!in_string && (c == ']' || c == '}'))
      --depth;
  }
  return false;
}

} // namespace cohort::runtime
