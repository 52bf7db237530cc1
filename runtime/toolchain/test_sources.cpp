#include "runtime/toolchain/test_sources.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "runtime/text_lines.hpp"

namespace cohort::runtime::toolchain {

namespace {

using std::string_view;

constexpr std::array test_folders{"test",      "tests",   "unittest",
                                  "unittests", "testing", "testsuite"};
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
                                 "BOOST_FIXTURE_TEST_CASE",
                                 "BOOST_DATA_TEST_CASE",
                                 "TEST_METHOD",
                                 "START_TEST",
                                 "CPPUNIT_TEST"};

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
  return stem == "test" || stem == "tests" || stem.starts_with("test_")
         || std::any_of(test_endings.begin(), test_endings.end(),
                        [&](string_view ending) {
                          return stem.ends_with(ending);
                        });
}

/// Whether a line begins with a test's macro and its parenthesis.
bool begins_test(string_view line) {
  auto begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  auto end = std::min(line.find_first_of(" \t("), line.size());
  auto after = line.find_first_not_of(" \t", end);
  return after != string_view::npos && line[after] == '('
         && defines_test(line.substr(0, end));
}

} // namespace

bool defines_test(string_view macro) {
  return is_in(test_macros, macro);
}

bool is_test_path(string_view path) {
  std::filesystem::path parts{lower(path)};
  for (auto& folder : parts.parent_path())
    if (is_in(test_folders, folder.native()))
      return true;
  auto as_written = std::filesystem::path{path}.stem().native();
  return is_test_name(parts.stem().native()) || as_written.ends_with("Test")
         || as_written.ends_with("Tests");
}

bool is_test_source(string_view path, string_view text) {
  if (is_test_path(path))
    return true;
  // A test framework's own headers speak of these macros.
  if (lower(std::filesystem::path{path}.extension().native()).starts_with(".h"))
    return false;
  auto found = false;
  for_each_line(text, [&](string_view line) { found |= begins_test(line); });
  return found;
}

} // namespace cohort::runtime::toolchain
