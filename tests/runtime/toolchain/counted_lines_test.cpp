#include "runtime/toolchain/counted_lines.hpp"

#include <doctest/doctest.h>

#include <string>

namespace cohort::tests::counted_lines_test {

using cohort::runtime::toolchain::counted_lines;

namespace {

/// One character a line: 'x' where it is excluded.
std::string excluded(const std::string& source) {
  counted_lines lines{source};
  std::string result;
  for (uint32_t line = 1; line <= 8; ++line)
    result += lines.is_excluded(line) ? 'x' : '.';
  return result;
}

bool is_bare(const std::string& line) {
  return counted_lines{line + "\n"}.is_bare(1);
}

} // namespace

TEST_CASE("a line that asks for it is left out") {
  CHECK(excluded("a\nb // GCOV_EXCL_LINE\r\nc\n") == ".x......");
  CHECK(excluded("// LCOV_EXCL_LINE: why") == "x.......");
  CHECK(excluded("GCOVR_EXCL_LINE\nLCOVR_EXCL_LINE\n") == "xx......");
}

TEST_CASE("a span is left out but for its last line") {
  CHECK(excluded("a\n// GCOV_EXCL_START\nb\nc\n// GCOV_EXCL_STOP\nd\n")
        == ".xxx....");
  CHECK(excluded("// GCOV_EXCL_START\nb\nc // LCOV_EXCL_STOP\n") == "xx......");
}

TEST_CASE("spans nest; one without an end is none") {
  CHECK(excluded("//GCOV_EXCL_START\n//GCOV_EXCL_START\nc\n//GCOV_EXCL_STOP\n"
                 "e\n//GCOV_EXCL_STOP\n")
        == "xxxxx...");
  CHECK(excluded("//GCOV_EXCL_START\n//GCOV_EXCL_START\nc\n//GCOV_EXCL_STOP\n")
        == ".xx.....");
  CHECK(excluded("//GCOV_EXCL_START\na\n") == "........");
  CHECK(excluded("//GCOV_EXCL_STOP\na\n") == "........");
}

TEST_CASE("other markers mean nothing here") {
  CHECK(excluded("GCOV_EXCL_BR_LINE\n_EXCL_LINE\nCOV_EXCL_LINE\n"
                 "gcov_excl_line\nGCOV_EXCL_\n")
        == "........");
}

TEST_CASE("no line 0 and no line behind the last is excluded") {
  counted_lines lines{"// GCOV_EXCL_LINE"};
  CHECK_FALSE(lines.is_excluded(0));
  CHECK_FALSE(lines.is_excluded(2));
  CHECK_FALSE(lines.is_excluded(UINT32_MAX));
}

TEST_CASE("a bare line holds a brace or an else, beside comments") {
  for (auto line : {"", "  ", "{", " }\t", "else", "} // end", "// text",
                    "/* a */ { /* b */", "/* a */", "\r"}) {
    CAPTURE(line);
    CHECK(is_bare(line));
  }
  for (auto line : {"} else {", "}else{", "};", "{}", "return {};", "a // {",
                    "/* open", "*/", "#else"}) {
    CAPTURE(line);
    CHECK_FALSE(is_bare(line));
  }
  CHECK(counted_lines{"a\n"}.is_bare(2));
}

TEST_CASE("a megabyte of markers takes no time to speak of") {
  for (auto marker :
       {"GCOV_EXCL_START\n", "GCOV_EXCL_LINE", "_EXCL_", "/*", "/**/"}) {
    std::string text;
    while (text.size() < 1'000'000)
      text += marker;
    auto stops = text;
    for (auto at = stops.find("START"); at != std::string::npos;
         at = stops.find("START", at))
      stops.replace(at, 5, "STOP ");
    CAPTURE(marker);
    CHECK_FALSE(counted_lines{text + stops}.is_excluded(UINT32_MAX));
  }
}

} // namespace cohort::tests::counted_lines_test
