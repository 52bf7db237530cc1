#include "runtime/execution/spelling.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>
#include <vector>

namespace cohort::runtime::execution {

namespace {

// Each between two blanks.
constexpr std::string_view keywords
  = " "
    "alignas alignof and asm auto bool break case catch char char16_t "
    "char32_t char8_t class co_await co_return co_yield concept const "
    "const_cast consteval constexpr constinit continue decltype "
    "default delete do double dynamic_cast else enum explicit export "
    "extern false final float for friend goto if inline int long "
    "mutable namespace new noexcept not nullptr operator or override "
    "private protected public register reinterpret_cast requires "
    "return short signed sizeof static static_assert static_cast "
    "struct switch template this thread_local throw true try typedef "
    "typeid typename union unsigned using virtual void volatile "
    "wchar_t while ";

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> result;
  while (true) {
    auto colon = path.find("::");
    if (colon != 0)
      result.push_back(path.substr(0, colon));
    if (colon == std::string_view::npos)
      return result;
    path.remove_prefix(colon + 2);
  }
}

std::string digits_of(std::string_view name) {
  std::string result;
  std::copy_if(name.begin(), name.end(), std::back_inserter(result),
               [](unsigned char c) { return std::isdigit(c) != 0; });
  return result;
}

bool is_slip(std::string_view from, std::string_view to) {
  auto allowed = std::min<size_t>(2, std::max(from.size(), to.size()) / 3);
  // Numbers tell names apart: count1 is not a misspelt count2.
  return edit_distance(from, to, allowed) <= allowed
         && digits_of(from) == digits_of(to);
}

} // namespace

size_t edit_distance(std::string_view a, std::string_view b, size_t limit) {
  auto longer = std::max(a.size(), b.size());
  auto shorter = std::min(a.size(), b.size());
  if (longer - shorter > limit)
    return limit + 1;
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    // Only cells near the diagonal can be within the limit.
    auto from = i > limit ? i - limit : 1;
    auto to = std::min(b.size(), i + limit);
    std::fill(row.begin(), row.end(), limit + 1);
    row[0] = i;
    auto best = row[0];
    for (auto j = from; j <= to; ++j) {
      auto exchange = i > 1 && j > 1 && a[i - 1] == b[j - 2]
                      && a[i - 2] == b[j - 1];
      auto cost = size_t{a[i - 1] == b[j - 1] ? 0U : 1U};
      row[j] = std::min({row[j - 1] + 1, last[j] + 1, last[j - 1] + cost});
      if (exchange)
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      best = std::min(best, row[j]);
    }
    if (best > limit)
      return limit + 1;
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit + 1);
}

bool is_keyword(std::string_view word) {
  return is_identifier(word)
         && keywords.find(" " + std::string{word} + " ")
              != std::string_view::npos;
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0
         && std::all_of(text.begin(), text.end(), is_word_char);
}

std::vector<std::string_view> similar_keywords(std::string_view word) {
  constexpr size_t shortest = 4;
  std::vector<std::string_view> result;
  for (size_t begin = 1; begin < keywords.size();) {
    auto end = keywords.find(' ', begin);
    auto keyword = keywords.substr(begin, end - begin);
    if (keyword.size() >= shortest && edit_distance(word, keyword, 1) == 1)
      result.push_back(keyword);
    begin = end + 1;
  }
  return result;
}

size_t find_name(std::string_view content, std::string_view name, size_t from) {
  for (auto at = content.find(name, from); at != std::string_view::npos;
       at = content.find(name, at + 1)) {
    auto end = at + name.size();
    auto starts = at == 0 || !is_word_char(content[at - 1]);
    auto ends = end == content.size() || !is_word_char(content[end]);
    if (starts && ends)
      return at;
  }
  return std::string_view::npos;
}

size_t occurrences(std::string_view content, std::string_view name,
                   size_t enough) {
  size_t count = 0;
  for (auto at = find_name(content, name);
       at != std::string_view::npos && count < enough;
       at = find_name(content, name, at + name.size()))
    ++count;
  return count;
}

std::optional<std::string> refuse_rename(std::string_view from,
                                         std::string_view to) {
  auto old_parts = components(from);
  auto new_parts = components(to);
  if (new_parts.size() < old_parts.size())
    return "it drops a part of the name " + std::string{from};
  // Compared from the end: what stands before is a qualification that is added.
  for (size_t i = 0; i < old_parts.size(); ++i) {
    auto& old_part = old_parts[old_parts.size() - 1 - i];
    auto& new_part = new_parts[new_parts.size() - 1 - i];
    if (old_part != new_part && !is_slip(old_part, new_part))
      return "the name " + std::string{new_part} + " is too different from "
             + std::string{old_part} + " to be its correction";
  }
  return std::nullopt;
}

} // namespace cohort::runtime::execution
