#include "runtime/analysis/text.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <unordered_map>

namespace cohort::runtime::analysis {

namespace {

/// Bytes that are looked up one by one, for each byte of a text.
class byte_set {
public:
  explicit constexpr byte_set(std::string_view bytes) {
    for (char c : bytes)
      has_[static_cast<unsigned char>(c)] = true;
  }

  [[nodiscard]] constexpr bool has(char c) const {
    return has_[static_cast<unsigned char>(c)];
  }

  /// The first at or after `from` that is in the set, or is not; else the size.
  [[nodiscard]] constexpr size_t find(std::string_view text, size_t from,
                                      bool in_set) const {
    while (from < text.size() && has(text[from]) != in_set)
      ++from;
    return from;
  }

private:
  std::array<bool, 256> has_{};
};

constexpr byte_set blanks{" \t\r\n\f\v"};
constexpr byte_set leading_punctuation{"\"'`*([{<,;:!?"};
constexpr byte_set trailing_punctuation{"\"'`*)]}>,;:!?."};
constexpr byte_set path_signs{"./"};
constexpr byte_set path_bytes{
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-/~"};

std::string lower_case(std::string_view text) {
  std::string result{text};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "src/a.cc:12:3" without the numbers.
std::string_view without_position(std::string_view text) {
  for (int i = 0; i < 2; ++i) {
    auto last = text.find_last_not_of("0123456789");
    if (last == std::string_view::npos || last + 1 == text.size()
        || text[last] != ':')
      break;
    text = text.substr(0, last);
  }
  return text;
}

const word_list& extensions() {
  static const word_list list{
    "adoc", "bazel", "bzl", "c",    "cc",    "cfg",   "cmake", "conf",
    "cpp",  "css",   "csv", "cu",   "cxx",   "go",    "h",     "hh",
    "hpp",  "html",  "hxx", "in",   "inc",   "ini",   "inl",   "ipp",
    "ixx",  "java",  "js",  "json", "kt",    "lock",  "lua",   "m",
    "md",   "mk",    "mm",  "pl",   "po",    "proto", "py",    "rb",
    "rs",   "rst",   "sh",  "sql",  "swift", "tcc",   "tcl",   "toml",
    "tpp",  "ts",    "tsx", "txt",  "xml",   "yaml",  "yml",
  };
  return list;
}

const word_list& known_names() {
  static const word_list list{
    "authors", "changelog", "dockerfile", "license", "makefile", "readme",
  };
  return list;
}

const word_list& countables() {
  static const word_list list{
    "breakages",   "bug",    "bugs",     "call",       "calls",
    "case",        "cases",  "checks",   "classes",    "diagnostic",
    "diagnostics", "error",  "errors",   "failure",    "failures",
    "file",        "files",  "findings", "functions",  "headers",
    "instances",   "issues", "methods",  "modules",    "occurrences",
    "packages",    "places", "problem",  "problems",   "sites",
    "sources",     "spots",  "targets",  "test",       "tests",
    "units",       "usages", "uses",     "violations", "warning",
    "warnings",
  };
  return list;
}

/// Digits, with or without commas between thousands, or a number word.
std::optional<uint32_t> number(const std::string& text) {
  static const std::unordered_map<std::string_view, uint32_t> names{
    {"one", 1},        {"two", 2},         {"three", 3},
    {"four", 4},       {"five", 5},        {"six", 6},
    {"seven", 7},      {"eight", 8},       {"nine", 9},
    {"ten", 10},       {"eleven", 11},     {"twelve", 12},
    {"dozen", 12},     {"twenty", 20},     {"dozens", 24},
    {"thirty", 30},    {"fifty", 50},      {"hundred", 100},
    {"hundreds", 200}, {"thousand", 1000}, {"thousands", 2000},
  };
  if (auto named = names.find(text); named != names.end())
    return named->second;
  uint64_t result = 0;
  bool has_digit = false;
  for (char c : text) {
    if (c == ',' && has_digit)
      continue;
    if (!is_digit(c))
      return std::nullopt;
    has_digit = true;
    result = std::min<uint64_t>(result * 10 + static_cast<uint64_t>(c - '0'),
                                std::numeric_limits<uint32_t>::max());
  }
  return has_digit ? std::optional{static_cast<uint32_t>(result)}
                   : std::nullopt;
}

/// Length of the UTF-8 sequence at the start of `text`; 0 when it is not valid.
size_t sequence_length(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  auto lead = byte(0);
  if (lead < 0x80)
    return 1;
  size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
    return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f)
      || (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f))
    return 0;
  return length;
}

} // namespace

std::vector<word> split_words(std::string_view text) {
  constexpr size_t bytes_of_a_word = 6; // Mostly there are fewer words.
  std::vector<word> result;
  result.reserve(text.size() / bytes_of_a_word + 1);
  for (size_t end = 0;;) {
    auto begin = blanks.find(text, end, false);
    if (begin == text.size())
      return result;
    end = blanks.find(text, begin, true);
    auto run = text.substr(begin, end - begin);
    while (!run.empty() && leading_punctuation.has(run.front()))
      run.remove_prefix(1);
    while (!run.empty() && trailing_punctuation.has(run.back()))
      run.remove_suffix(1);
    if (!run.empty())
      result.push_back({run, lower_case(run)});
  }
}

bool stands_at(const std::vector<word>& words, size_t at,
               std::string_view phrase) {
  for (auto& wanted : split_words(phrase))
    if (at >= words.size() || words[at++].lower != wanted.lower)
      return false;
  return true;
}

bool is_one_of(const word_list& list, std::string_view lower) {
  return list.count(lower) > 0;
}

bool is_file_name(const word& candidate) {
  std::string_view text{candidate.lower};
  if (path_signs.find(text, 0, true) == text.size())
    return is_one_of(known_names(), without_position(text));
  text = without_position(text);
  if (text.size() > 512 || path_bytes.find(text, 0, false) < text.size())
    return false;
  auto slash = text.rfind('/');
  auto name = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (is_one_of(known_names(), name))
    return true;
  auto dot = name.rfind('.');
  if (dot != std::string_view::npos && dot > 0
      && is_one_of(extensions(), name.substr(dot + 1)))
    return true;
  return std::count(text.begin(), text.end(), '/') >= 2
         || (text.size() > 1 && name.empty());
}

std::vector<std::string> file_names(const std::vector<word>& words,
                                    size_t limit) {
  std::vector<std::string> result;
  std::set<std::string_view> seen;
  for (auto& candidate : words) {
    if (result.size() >= limit)
      break;
    if (is_file_name(candidate)
        && seen.insert(without_position(candidate.text)).second)
      result.emplace_back(without_position(candidate.text));
  }
  return result;
}

uint32_t stated_count(const std::vector<word>& words) {
  constexpr size_t words_between = 3;
  uint32_t result = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    auto value = number(words[i].lower);
    if (!value)
      continue;
    for (auto j = i + 1; j < words.size() && j <= i + words_between; ++j) {
      if (number(words[j].lower))
        break; // "4 of the 9 errors" states nine.
      if (is_one_of(countables(), words[j].lower)) {
        result = std::max(result, *value);
        break;
      }
    }
  }
  return result;
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    auto length = sequence_length(text);
    if (length == 0)
      result += '?';
    else
      result += text.substr(0, length);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return result;
}

} // namespace cohort::runtime::analysis
