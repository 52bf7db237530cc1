#include "runtime/toolchain/located_line.hpp"

#include <charconv>
#include <climits>

namespace cohort::runtime::toolchain {

namespace {

/// Takes a number from the front of `text`.
bool take_number(std::string_view& text, uint32_t& value) {
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(),
                                       value);
  if (failed != std::errc{})
    return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted))
    return false;
  text.remove_prefix(1);
  return true;
}

/// "12: words", "12:3: words"
bool read_colons(std::string_view rest, located_line& result) {
  if (!take_number(rest, result.line) || !take(rest, ':'))
    return false;
  auto behind = rest;
  if (take_number(behind, result.column) && take(behind, ':'))
    rest = behind;
  else
    result.column = 0;
  result.message = rest;
  return true;
}

/// "12): words", "12,3): words"
bool read_brackets(std::string_view rest, located_line& result) {
  if (!take_number(rest, result.line))
    return false;
  if (take(rest, ',') && !take_number(rest, result.column))
    return false;
  if (!take(rest, ')') || !take(rest, ':'))
    return false;
  result.message = rest;
  return true;
}

} // namespace

std::optional<located_line> read_located_line(std::string_view text,
                                              const file_finder& find) {
  // No name is longer, whatever a line of a megabyte looks like.
  for (auto at = text.find_first_of(":(", 1); at < PATH_MAX;
       at = text.find_first_of(":(", at + 1)) {
    located_line result;
    auto rest = text.substr(at + 1);
    auto is_place = text[at] == ':' ? read_colons(rest, result)
                                    : read_brackets(rest, result);
    if (!is_place || result.line == 0)
      continue;
    result.file = find(text.substr(0, at));
    if (result.file.empty())
      continue;
    auto words = result.message.find_first_not_of(" \t");
    result.message.remove_prefix(words == text.npos ? result.message.size()
                                                    : words);
    return result;
  }
  return std::nullopt;
}

} // namespace cohort::runtime::toolchain
