#include "runtime/toolchain/test_sources.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "runtime/toolchain/text.hpp"

namespace cohort::runtime::toolchain {

namespace {

using std::string_view;

constexpr std::array test_folders{"test", "tests", "unittest", "unittests"};
constexpr std::array test_endings{"_test", "_tests", "_unittest"};
constexpr std::array test_macros{"TEST",
                                 "TEST_F",
                                 "TEST_P",
                                 "TYPED_TEST",
                                 "TYPED_TEST_P",
                                 "TEST_CASE",
                                 "TEST_CASE_FIXTURE",
                                 "TEST_CASE_METHOD",
                                 "TEST_CASE_TEMPLATE",
                                 "TEMPLATE_TEST_CASE",
                                 "SCENARIO",
                                 "BOOST_AUTO_TEST_CASE",
                                 "BOOST_FIXTURE_TEST_CASE"};

bool is_in(const auto& names, string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// ASCII letters in lower case.
std::string lower(string_view text) {
  std::string result{text};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool is_test_name(const std::string& stem) {
  return stem == "test" || stem.starts_with("test_")
         || std::any_of(test_endings.begin(), test_endings.end(),
                        [&](string_view ending) {
                          return stem.ends_with(ending);
                        });
}

/// Whether a line begins with a test's macro and its parenthesis.
bool defines_test(string_view line) {
  auto begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  auto end = std::min(line.find_first_of(" \t("), line.size());
  auto after = line.find_first_not_of(" \t", end);
  return after != string_view::npos && line[after] == '('
         && is_in(test_macros, line.substr(0, end));
}

} // namespace

bool is_test_source(string_view path, string_view text) {
  std::filesystem::path parts{lower(path)};
  for (auto& folder : parts.parent_path())
    if (is_in(test_folders, folder.native()))
      return true;
  if (is_test_name(parts.stem().native()))
    return true;
  // A test framework's own headers speak of these macros.
  if (parts.extension().native().starts_with(".h"))
    return false;
  auto found = false;
  for_each_line(text, [&](string_view line) { found |= defines_test(line); });
  return found;
}

} // namespace cohort::runtime::toolchain
