#include <algorithm>
#include <initializer_list>

#include "runtime/fixes/lines.hpp"
#include "runtime/fixes/proposing.hpp"

namespace cohort::runtime::fixes {

namespace {

/// Whether some line of `text` begins with one of `beginnings`.
bool has_line(std::string_view text,
              std::initializer_list<std::string_view> beginnings) {
  return std::any_of(
    beginnings.begin(), beginnings.end(), [&](std::string_view wanted) {
      for (auto at = text.find(wanted); at != std::string_view::npos;
           at = text.find(wanted, at + 1))
        if (at == 0 || text[at - 1] == '\n')
          return true;
      return false;
    });
}

/// What the first line that is not empty begins with, after the "---" of YAML.
std::string_view first_line(std::string_view text) {
  for (auto line : lines_of(text)) {
    line = without_end(line);
    auto begin = line.find_first_not_of(" \t");
    if (begin != std::string_view::npos && line != "---")
      return line.substr(begin);
  }
  return {};
}

enum class format : uint8_t {
  nothing, // Not one fix.
  clang_fixes,
  sarif,
  search_replace,
  unified_diff,
  unknown
};

format format_of(std::string_view text) {
  auto first = first_line(text);
  if (first.empty() || first == "...")
    return format::nothing;
  for (auto key : {"MainSourceFile:", "Diagnostics:", "Replacements:"})
    if (first.starts_with(key))
      return format::clang_fixes;
  if (first.starts_with('{'))
    return format::sarif;
  if (has_line(text, {"<<<<<<< SEARCH"}))
    return format::search_replace;
  if (has_line(text, {"diff --git ", "--- ", "@@ -"}))
    return format::unified_diff;
  return format::unknown;
}

} // namespace

bool is_known_format(std::string_view text) {
  return format_of(text) != format::unknown;
}

read_result read_fixes(std::string_view text, const std::string& source,
                       const file_lookup& files) {
  auto what = format_of(text);
  if (what == format::nothing)
    return std::vector<proposal>{};
  if (auto zero = std::find(text.begin(), text.end(), '\0'); zero != text.end())
    return bad_line(source, line_number(text, zero), "is not a text file");
  switch (what) {
    case format::clang_fixes:
      return read_clang_fixes(text, source, files);
    case format::sarif:
      return read_sarif(text, source, files);
    case format::search_replace:
      return read_search_replace(text, source, files);
    case format::unified_diff:
      return read_unified_diff(text, source, files);
    default:
      break;
  }
  return bad_line(source, 1,
                  "no fixes that are known: expected clang-tidy's YAML, SARIF, "
                  "a unified diff, or SEARCH/REPLACE blocks");
}

} // namespace cohort::runtime::fixes
