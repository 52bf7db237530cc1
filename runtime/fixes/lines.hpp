#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

/// Texts as lines. Private to fixes/.
namespace cohort::runtime::fixes {

/// The lines of a text, each with its "\n"; the last may have none. REQUIRES:
/// `text` outlives them.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    auto size = std::min(text.find('\n'), text.size() - 1) + 1;
    result.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return result;
}

/// Without "\n" or "\r\n".
inline std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n'))
    line.remove_suffix(1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

/// Of the line that `place` is on, from 1.
inline size_t line_number(std::string_view text,
                          std::string_view::iterator place) {
  return static_cast<size_t>(std::count(text.begin(), place, '\n')) + 1;
}

} // namespace cohort::runtime::fixes
