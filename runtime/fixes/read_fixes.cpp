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

} // namespace

read_result read_fixes(std::string_view text, const std::string& source,
                       const file_lookup& files) {
  auto first = first_line(text);
  if (first.empty() || first == "...")
    return std::vector<proposal>{};
  if (auto zero = std::find(text.begin(), text.end(), '\0'); zero != text.end())
    return bad_line(source, line_number(text, zero), "is not a text file");
  for (auto key : {"MainSourceFile:", "Diagnostics:", "Replacements:"})
    if (first.starts_with(key))
      return read_clang_fixes(text, source, files);
  if (first.starts_with('{'))
    return read_sarif(text, source, files);
  if (has_line(text, {"<<<<<<< SEARCH"}))
    return read_search_replace(text, source, files);
  if (has_line(text, {"diff --git ", "--- ", "@@ -"}))
    return read_unified_diff(text, source, files);
  return bad_line(source, 1,
                  "no fixes that are known: expected clang-tidy's YAML, SARIF, "
                  "a unified diff, or SEARCH/REPLACE blocks");
}

} // namespace cohort::runtime::fixes
