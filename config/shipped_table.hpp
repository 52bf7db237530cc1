#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

/// What the readers of the tables that are compiled into cohort share.
namespace cohort::config {

/// Appends "line 7: 'what': why".
inline void add_table_problem(std::vector<std::string>& problems,
                              const YAML::Node& node, const std::string& what,
                              const std::string& why) {
  problems.push_back("line " + std::to_string(node.Mark().line + 1) + ": "
                     + (what.empty() ? "" : '\'' + what + "': ") + why);
}

/// The text of a scalar; empty for anything else.
inline std::string scalar_text(const YAML::Node& node) {
  return node && node.IsScalar() ? node.Scalar() : "";
}

/// A name of lower-case letters and underscores.
inline bool is_table_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
}

/// A word as descriptions are read: printable ASCII without blanks and
/// capitals.
inline bool is_lower_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c <= '~' && !(c >= 'A' && c <= 'Z');
  });
}

/// A C++ literal. REQUIRES: printable ASCII.
inline std::string cpp_string(std::string_view text) {
  std::string result = "\"";
  for (auto c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

} // namespace cohort::config
