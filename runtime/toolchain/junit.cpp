#include "runtime/toolchain/junit.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "runtime/analysis/text.hpp"

namespace cohort::runtime::toolchain {

namespace {

using std::string_view;

/// The character that "amp", "#10" or "#x41" stands for.
std::optional<std::string> entity(string_view name) {
  if (name == "amp")
    return "&";
  if (name == "lt")
    return "<";
  if (name == "gt")
    return ">";
  if (name == "quot")
    return "\"";
  if (name == "apos")
    return "'";
  if (!name.starts_with('#') || name.size() < 2)
    return std::nullopt;
  auto is_hex = name[1] == 'x';
  auto digits = name.substr(is_hex ? 2 : 1);
  uint32_t code = 0;
  auto [end, failed] = std::from_chars(digits.begin(), digits.end(), code,
                                       is_hex ? 16 : 10);
  // Beyond ASCII, what ctest writes is UTF-8 as it is.
  if (failed != std::errc{} || end != digits.end() || code == 0 || code > 127)
    return std::nullopt;
  return std::string(1, static_cast<char>(code));
}

std::string unescape(string_view text) {
  std::string result;
  while (!text.empty()) {
    auto at = std::min(text.find('&'), text.size());
    result += text.substr(0, at);
    text.remove_prefix(at);
    if (text.empty())
      break;
    auto end = text.substr(0, 12).find(';');
    auto value = end == string_view::npos ? std::nullopt
                                          : entity(text.substr(1, end - 1));
    result += value ? *value : "&";
    text.remove_prefix(value ? end + 1 : 1);
  }
  return analysis::valid_utf8(result);
}

/// The value of an attribute in the text of a tag; "" when it is not there.
string_view attribute(string_view tag, string_view name) {
  while (true) {
    auto equals = tag.find('=');
    if (equals == string_view::npos || equals + 1 >= tag.size())
      return {};
    auto key = tag.substr(0, equals);
    key = key.substr(key.find_last_of(" \t\r\n") + 1);
    auto quote = tag[equals + 1];
    auto end = tag.find(quote, equals + 2);
    if ((quote != '"' && quote != '\'') || end == string_view::npos)
      return {};
    if (key == name)
      return tag.substr(equals + 2, end - equals - 2);
    tag.remove_prefix(end + 1);
  }
}

/// The length of a tag at the front of `text`, '>' included: values may hold
/// one.
size_t tag_length(string_view text) {
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    if (quote == '\0' && text[i] == '>')
      return i + 1;
    if (quote == text[i])
      quote = '\0';
    else if (quote == '\0' && (text[i] == '"' || text[i] == '\''))
      quote = text[i];
  }
  return text.size();
}

} // namespace

std::map<std::string, bool> read_junit(string_view text) {
  constexpr string_view opening = "<testcase";
  constexpr string_view skip = "<skipped message=\"SKIP_";
  std::map<std::string, bool> result;
  // Test output is escaped, so that no "<" is a test's own.
  for (auto at = text.find(opening); at != string_view::npos;) {
    text.remove_prefix(at + opening.size());
    auto tag = text.substr(0, tag_length(text));
    text.remove_prefix(tag.size());
    at = text.find(opening);
    auto name = unescape(attribute(tag, "name"));
    auto status = attribute(tag, "status");
    auto is_left_out = name.empty() || status == "disabled"
                       || text.substr(0, at).find(skip) != string_view::npos;
    if (is_left_out)
      continue;
    auto [it, is_new] = result.try_emplace(name, true);
    it->second &= status == "run";
  }
  return result;
}

} // namespace cohort::runtime::toolchain
