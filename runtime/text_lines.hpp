#pragma once

#include <algorithm>
#include <string_view>

/// Lines of what programs print.
namespace cohort::runtime {

/// Calls `use` with each line of `text`, without its end.
template <class Use>
void for_each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    use(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// The last `count` lines of `text`.
inline std::string_view last_lines(std::string_view text, int count) {
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  auto begin = text.size();
  for (; begin > 0; --begin)
    if (text[begin - 1] == '\n' && --count == 0)
      break;
  return text.substr(begin);
}

} // namespace cohort::runtime
