#include "runtime/toolchain/diagnostics.hpp"

#include <algorithm>
#include <utility>

#include "runtime/text_lines.hpp"

namespace cohort::runtime::toolchain {

std::string plain_quotes(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    // U+2018 and U+2019 are E2 80 98 and E2 80 99.
    if (text.compare(i, 2, "\xe2\x80") == 0 && i + 2 < text.size()
        && (text[i + 2] == '\x98' || text[i + 2] == '\x99')) {
      result += '\'';
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::vector<std::string> read_dependencies(std::string_view rule) {
  std::vector<std::string> result;
  auto colon = rule.find(": ");
  if (colon == std::string_view::npos)
    return result;
  std::string word;
  auto flush = [&] {
    if (!word.empty())
      result.push_back(std::exchange(word, {}));
  };
  for (size_t i = colon + 1; i < rule.size(); ++i) {
    auto c = rule[i];
    auto next = i + 1 < rule.size() ? rule[i + 1] : '\0';
    if (c == '\\' && (next == '\n' || next == '\r')) {
      flush(); // The rule goes on in the next line.
      i += next == '\r' ? 2 : 1;
    } else if (c == '\\' && (next == ' ' || next == '#' || next == '\\')) {
      word += next;
      ++i;
    } else if (c == '$' && next == '$') {
      word += '$';
      ++i;
    } else if (c == '\n') {
      flush();
      break; // Other rules (-MP) are not prerequisites.
    } else if (c == ' ' || c == '\t' || c == '\r') {
      flush();
    } else {
      word += c;
    }
  }
  flush();
  return result;
}

std::vector<std::string> read_includes(std::string_view text) {
  std::vector<std::string> result;
  for_each_line(text, [&](std::string_view line) {
    auto dots = std::min(line.find_first_not_of('.'), line.size());
    if (dots > 0 && dots + 1 < line.size() && line[dots] == ' ')
      result.emplace_back(line.substr(dots + 1));
  });
  return result;
}

} // namespace cohort::runtime::toolchain
