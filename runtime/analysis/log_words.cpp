#include "runtime/analysis/log_words.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace cohort::runtime::analysis {

namespace {

/// "<stdint.h>" for "<cstdint>", which declares the same.
std::string c_name_of(std::string_view header) {
  constexpr auto wrapped
    = std::to_array<std::string_view>({"<climits>", "<cmath>", "<cstdint>",
                                       "<cstdio>", "<cstdlib>", "<cstring>"});
  if (std::find(wrapped.begin(), wrapped.end(), header) == wrapped.end())
    return std::string{header};
  return '<' + std::string{header.substr(2, header.size() - 3)} + ".h>";
}

} // namespace

std::vector<std::string_view> identifiers(std::string_view text) {
  std::vector<std::string_view> result;
  for (size_t i = 0; i < text.size();) {
    if (!is_name_byte(text[i])) {
      ++i;
      continue;
    }
    auto begin = i;
    while (i < text.size() && is_name_byte(text[i]))
      ++i;
    if (text[begin] < '0' || text[begin] > '9')
      result.push_back(text.substr(begin, i - begin));
  }
  return result;
}

std::vector<std::string_view> quoted_parts(std::string_view text) {
  constexpr size_t parts_max = 6;
  std::vector<std::string_view> result;
  for (size_t begin = 0; result.size() < parts_max;) {
    begin = text.find_first_of("'`\"", begin);
    if (begin == text.npos)
      break;
    // "don't" quotes nothing.
    if (text[begin] == '\'' && begin > 0 && is_name_byte(text[begin - 1])) {
      ++begin;
      continue;
    }
    auto end = text.find_first_of(text[begin] == '"' ? "\"" : "'`", begin + 1);
    if (end == text.npos)
      break;
    if (end > begin + 1)
      result.push_back(text.substr(begin + 1, end - begin - 1));
    begin = end + 1;
  }
  return result;
}

std::string_view callee_of(std::string_view text) {
  auto end = text.find('(');
  if (end == text.npos)
    return text;
  auto name = text.substr(0, end);
  if (name.ends_with('>')) // Template arguments.
    name = name.substr(0, name.find('<'));
  auto blank = name.rfind(' ');
  return blank == name.npos ? name : name.substr(blank + 1);
}

std::string_view without_scopes(std::string_view name) {
  for (std::string_view scope : {"::", "."})
    if (auto at = name.rfind(scope);
        at != name.npos && at + scope.size() < name.size())
      name = name.substr(at + scope.size());
  while (name.starts_with('_')) // Apple's symbols, and "_InterlockedExchange".
    name.remove_prefix(1);
  return name;
}

std::string_view without_keywords(std::string_view type) {
  for (std::string_view word : {"const ", "volatile ", "struct ", "class ",
                                "union ", "enum ", "module ", "crate "})
    if (type.starts_with(word))
      type.remove_prefix(word.size());
  return type;
}

std::string_view missing_name(std::string_view message,
                              const std::vector<std::string_view>& quoted) {
  if (quoted.empty()) {
    // Go's "undefined: name", and MSVC's "name: undeclared identifier".
    auto colon = message.rfind(": ");
    if (colon == message.npos)
      return "";
    for (auto name : {message.substr(colon + 2), message.substr(0, colon)})
      if (std::all_of(name.begin(), name.end(),
                      [](char c) { return is_name_byte(c) || c == '.'; }))
        return name;
    return "";
  }
  auto name = quoted.front();
  // clang: no type named 'x' in 'y'; MSVC: 'x': is not a member of 'y'.
  if (auto named = message.find("named '"); named != message.npos)
    name = quoted_parts(message.substr(named + 6)).empty()
             ? name
             : quoted_parts(message.substr(named + 6)).front();
  return callee_of(name);
}

std::string header_in(std::string_view text) {
  for (std::string_view about : {"is defined in header", "#include",
                                 "include the header", "include '<"}) {
    auto at = text.find(about);
    if (at == text.npos)
      continue;
    auto open = text.find('<', at);
    auto close = text.find('>', open == text.npos ? at : open);
    if (open != text.npos && close != text.npos && close - open < 80)
      return c_name_of(text.substr(open, close - open + 1));
  }
  return "";
}

std::string_view owner_of(std::string_view message,
                          const std::vector<std::string_view>& quoted) {
  if (quoted.size() < 2 || message.find("namespace") != message.npos
      || message.starts_with("request for member"))
    return {};
  auto is_first = message.find("has no member") != message.npos
                  || message.find("has no non-static") != message.npos;
  auto owner = without_keywords(is_first ? quoted[0] : quoted[1]);
  return owner == "std" || owner == "::" ? std::string_view{} : owner;
}

bool is_library_type(std::string_view type) {
  constexpr auto types = std::to_array<std::string_view>(
    {"Arc", "Box", "HashMap", "HashSet", "Option", "Rc", "Result", "String",
     "Vec", "str"});
  while (type.starts_with('&') || type.starts_with(':'))
    type.remove_prefix(1);
  type = type.substr(0, type.find('<'));
  return type.starts_with("std::") || is_built_in(type)
         || std::binary_search(types.begin(), types.end(), type);
}

bool is_of_std(std::string_view message,
               const std::vector<std::string_view>& quoted) {
  return message.find("namespace 'std'") != message.npos
         || std::find(quoted.begin(), quoted.end(), "std") != quoted.end()
         || (!quoted.empty() && quoted.front().starts_with("std::")
             && quoted.front().find('<') == quoted.front().npos);
}

bool is_built_in(std::string_view word) {
  constexpr auto words = std::to_array<std::string_view>(
    {"auto",     "bool",     "char",   "char16_t", "char32_t", "char8_t",
     "class",    "const",    "double", "enum",     "false",    "float",
     "function", "int",      "lambda", "long",     "nullptr",  "operator",
     "short",    "signed",   "size_t", "static",   "struct",   "template",
     "this",     "true",     "type",   "typename", "union",    "unsigned",
     "void",     "volatile", "wchar_t"});
  return std::binary_search(words.begin(), words.end(), word);
}

std::string_view incomplete_type(std::string_view message,
                                 const std::vector<std::string_view>& quoted,
                                 std::string_view source_line) {
  if (quoted.empty())
    return {};
  auto name = quoted.front();
  auto is_of_variable = message.find("has incomplete type") != message.npos
                        || message.find("but incomplete type") != message.npos;
  // "field 'x' has incomplete type 'T'", "use of incomplete type 'T'"
  for (auto part : quoted) {
    auto before = message.substr(
      0, static_cast<size_t>(part.data() - message.data()) - 1);
    if (before.ends_with("type ") || before.ends_with("template "))
      return without_keywords(part);
  }
  if (!is_of_variable)
    return without_keywords(name);
  if (auto blank = name.rfind(' '); blank != name.npos) // "aggregate 'T x'"
    return without_keywords(name.substr(0, blank));
  auto words = identifiers(source_line);
  auto variable = std::find(words.begin(), words.end(), name);
  return variable == words.begin() || variable == words.end()
           ? std::string_view{}
           : *std::prev(variable);
}

} // namespace cohort::runtime::analysis
