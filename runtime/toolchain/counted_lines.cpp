#include "runtime/toolchain/counted_lines.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "runtime/text_lines.hpp"

namespace cohort::runtime::toolchain {

namespace {

using std::string_view;

/// Calls `use` with what follows each "GCOV_EXCL_" of a line.
template <class Use>
void for_each_marker(string_view line, Use use) {
  constexpr string_view middle = "_EXCL_";
  constexpr std::array heads{"GCOV", "LCOV", "GCOVR", "LCOVR"};
  for (auto at = line.find(middle); at != string_view::npos;
       at = line.find(middle, at + 1))
    if (std::any_of(heads.begin(), heads.end(), [&](string_view head) {
          return line.substr(0, at).ends_with(head);
        }))
      use(line.substr(at + middle.size()));
}

/// The line without its comments, as far as a line alone tells.
std::string without_comments(string_view line) {
  line = line.substr(0, line.find("//"));
  std::string result;
  for (auto begin = line.find("/*"); begin != string_view::npos;
       begin = line.find("/*")) {
    auto end = line.find("*/", begin + 2);
    if (end == string_view::npos)
      break;
    result += line.substr(0, begin);
    line.remove_prefix(end + 2);
  }
  return result += line;
}

bool holds_nothing(string_view line) {
  constexpr string_view blanks = " \t\r\v\f";
  auto text = without_comments(line);
  auto begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos)
    return true;
  auto end = text.find_last_not_of(blanks) + 1;
  auto rest = string_view{text}.substr(begin, end - begin);
  return rest == "{" || rest == "}" || rest == "else";
}

} // namespace

counted_lines::counted_lines(string_view source) {
  std::vector<size_t> starts;                   // That have no STOP yet.
  std::vector<std::pair<size_t, size_t>> spans; // First, and behind the last.
  for_each_line(source, [&](string_view line) {
    auto index = bare_.size();
    bare_.push_back(holds_nothing(line));
    for_each_marker(line, [&](string_view marker) {
      if (marker.starts_with("START")) {
        starts.push_back(index);
      } else if (marker.starts_with("STOP") && !starts.empty()) {
        spans.emplace_back(starts.back(), index);
        starts.pop_back();
      } else if (marker.starts_with("LINE") && starts.empty()) {
        spans.emplace_back(index, index + 1);
      }
    });
  });
  std::vector<int> opened(bare_.size() + 1); // Less those that end there.
  for (auto [first, end] : spans) {
    ++opened[first];
    --opened[end];
  }
  auto depth = 0;
  for (size_t i = 0; i < bare_.size(); ++i)
    excluded_.push_back((depth += opened[i]) > 0);
}

bool counted_lines::is_excluded(uint32_t line) const {
  return line > 0 && line <= excluded_.size() && excluded_[line - 1];
}

bool counted_lines::is_bare(uint32_t line) const {
  return line == 0 || line > bare_.size() || bare_[line - 1];
}

} // namespace cohort::runtime::toolchain
