#pragma once

#include <algorithm>
#include <string_view>

/// Parts of a line. Private to logs/.
namespace cohort::runtime::logs {

/// Without blanks at either end.
inline std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

/// Takes `prefix` off the begin of `text`; false when it is not there.
inline bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

} // namespace cohort::runtime::logs
