#include "runtime/execution/includes.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/toolchain/tokens.hpp"

namespace cohort::runtime::execution {

namespace {

using toolchain::line_begin;
using toolchain::line_end;
using toolchain::scan;
using toolchain::token;
using toolchain::token_kind;

struct include_line {
  size_t begin = 0;
  size_t next = 0; // Where the next line begins.
  std::string_view spelling;
};

std::optional<include_line> read_include(std::string_view content,
                                         const token& directive) {
  auto text = directive.in(content);
  text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  if (!text.starts_with("include"))
    return std::nullopt;
  auto open = text.find_first_of("<\"");
  if (open == std::string_view::npos)
    return std::nullopt;
  auto close = text.find(text[open] == '<' ? '>' : '"', open + 1);
  if (close == std::string_view::npos)
    return std::nullopt;
  auto end = line_end(content, directive.end);
  return include_line{line_begin(content, directive.begin),
                      std::min(end + 1, content.size()),
                      text.substr(open, close - open + 1)};
}

/// Those that every program of the file reads: outside of `#if`, apart from a
/// guard.
std::vector<include_line> include_lines(std::string_view content,
                                        const std::vector<token>& tokens) {
  std::vector<include_line> result;
  int depth = 0;
  auto is_guarded = false;
  for (auto& token : tokens) {
    if (token.kind != token_kind::directive)
      continue;
    auto text = token.in(content);
    auto word
      = text.substr(std::min(text.find_first_not_of("# \t"), text.size()));
    if (word.starts_with("if")) {
      is_guarded = is_guarded
                   || (depth == 0 && result.empty()
                       && word.starts_with("ifndef"));
      ++depth;
    } else if (word.starts_with("endif")) {
      --depth;
    }
    if (depth <= (is_guarded ? 1 : 0))
      if (auto line = read_include(content, token))
        result.push_back(*line);
  }
  return result;
}

std::string line_break_of(std::string_view content) {
  auto end = content.find('\n');
  return end != std::string_view::npos && end > 0 && content[end - 1] == '\r'
           ? "\r\n"
           : "\n";
}

/// Behind the first comment, `#pragma once` and an include guard.
size_t after_preamble(std::string_view content,
                      const std::vector<token>& tokens) {
  size_t at = 0;
  for (auto& token : tokens) {
    auto text = token.in(content);
    auto is_preamble = token.kind == token_kind::directive
                       && (text.starts_with("#pragma once")
                           || text.starts_with("#ifndef")
                           || text.starts_with("#define"));
    if (!is_preamble)
      return std::max(at, line_begin(content, token.begin));
    at = std::min(line_end(content, token.end) + 1, content.size());
  }
  return at;
}

} // namespace

bool has_include(std::string_view content, std::string_view spelling) {
  for (auto& token : scan(content))
    if (token.kind == token_kind::directive)
      if (auto line = read_include(content, token);
          line && line->spelling == spelling)
        return true;
  return false;
}

include_place place_include(std::string_view content, std::string_view spelling,
                            size_t use) {
  auto tokens = scan(content);
  auto lines = include_lines(content, tokens);
  include_place result;
  result.text = "#include " + std::string{spelling} + line_break_of(content);
  std::vector<include_line> same;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(same),
               [&](auto& line) { return line.spelling[0] == spelling[0]; });
  if (!same.empty()) {
    // The first block that it fits into.
    auto after = std::find_if(same.begin(), same.end(), [&](auto& line) {
      return line.spelling > spelling;
    });
    result.at = after == same.end() ? same.back().next : after->begin;
  } else if (!lines.empty()) {
    result.at = spelling[0] == '"' ? lines.front().begin : lines.back().next;
  }
  if (lines.empty() || result.at > use)
    result.at = after_preamble(content, tokens);
  if (result.at > 0 && content[result.at - 1] != '\n')
    result.text.insert(0, line_break_of(content));
  return result;
}

} // namespace cohort::runtime::execution
