#include "runtime/toolchain/executed_lines.hpp"

#include <doctest/doctest.h>

#include <set>

#include "tests/runtime/toolchain/recorded.hpp"

namespace cohort::tests::executed_lines_test {

using namespace cohort::runtime;
using namespace cohort::runtime::toolchain;
using cohort::tests::recorded;

namespace {

using numbers = std::set<uint32_t>;

numbers lines_of(const executed_lines& lines, const std::string& file,
                 bool is_executed) {
  numbers result;
  for (auto& [number, executed] : lines.at(file))
    if ((executed != execution::none) == is_executed)
      result.insert(number);
  return result;
}

/// A document of gcov about one line.
std::string gcov_line(const std::string& line) {
  return R"({"files": [{"file": "a.c", "lines": [)" + line
         + R"(]}], "current_working_directory": "/b"})";
}

template <class Read>
void is_refused(Read read, std::string_view text) {
  auto result = read(text);
  CAPTURE(text);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::tool_failed);
}

} // namespace

TEST_CASE("gcov: lines of each source, of all object files together") {
  auto read = read_gcov(recorded("coverage.gcov"));
  REQUIRE(read);
  CHECK(read->size() == 4);
  CHECK(lines_of(*read, "/ws/src/calc.cpp", true)
        == numbers{3, 4, 7, 8, 9, 10, 13, 16, 17, 18});
  CHECK(lines_of(*read, "/ws/src/calc.cpp", false)
        == numbers{11, 14, 19, 20, 22});
  // Two instances of a template, and a function of an object that never ran.
  CHECK(lines_of(*read, "/ws/src/calc.hpp", true).empty());
  CHECK(lines_of(*read, "/ws/src/calc.hpp", false)
        == numbers{5, 6, 7, 8, 10, 11});
  CHECK(lines_of(*read, "/ws/src/never.cpp", false) == numbers{2, 3, 4, 5});
}

TEST_CASE("gcov: a line that one object executed was executed") {
  auto missed = gcov_line(R"({"line_number": 7, "count": 0})");
  auto hit = gcov_line(R"({"line_number": 7, "count": 12345678901234567890})");
  for (auto& text : {missed + '\n' + hit, hit + '\n' + missed + "\n\n"}) {
    auto read = read_gcov(text);
    REQUIRE(read);
    CHECK(*read == executed_lines{{"/b/a.c", {{7, execution::all}}}});
  }
}

TEST_CASE("gcov: a line that one function of several executed is in part") {
  auto hit = R"({"line_number": 7, "count": 1})";
  auto missed = R"({"line_number": 7, "count": 0})";
  auto both = [](const std::string& a, const std::string& b) {
    return read_gcov(gcov_line(a + ", " + b))->at("/b/a.c").at(7);
  };
  CHECK(both(hit, missed) == execution::some);
  CHECK(both(missed, hit) == execution::some);
  CHECK(both(hit, hit) == execution::all);
  CHECK(both(missed, missed) == execution::none);
}

TEST_CASE("gcov: names are made absolute and normal") {
  auto read = read_gcov(R"({"files": [{"file": "../x/./a.c", "lines": []}], )"
                        R"("current_working_directory": "/build/x"})");
  REQUIRE(read);
  CHECK(read->count("/build/x/a.c") == 1);
}

TEST_CASE("gcov: names that are not UTF-8 do not spoil the others") {
  auto read = read_gcov(
    "{\"files\": [{\"file\": \"caf\xe9.c\", \"lines\": []}], "
    "\"current_working_directory\": \"/b\"}");
  REQUIRE(read);
  CHECK(read->count("/b/caf?.c") == 1);
}

TEST_CASE("gcov: anything else is an error") {
  for (auto line :
       {"7", "{}", R"({"line_number": 7})", R"({"line_number": 0, "count": 1})",
        R"({"line_number": -1, "count": 1})", R"({"count": 1})",
        R"({"line_number": 4294967296, "count": 1})",
        R"({"line_number": 7, "count": "1"})"})
    is_refused(read_gcov, gcov_line(line));
  for (auto text : {"x", "[]", "{}", R"({"files": []})", "{\"files\": [",
                    R"({"files": {}, "current_working_directory": "/"})",
                    R"({"files": [{}], "current_working_directory": "/"})",
                    R"({"files": [7], "current_working_directory": "/"})"})
    is_refused(read_gcov, text);
  is_refused(read_gcov, std::string(200'000, '['));
  CHECK(read_gcov("")->empty());
}

TEST_CASE("llvm-cov: lines of each source") {
  auto read = read_lcov(recorded("coverage.lcov"));
  REQUIRE(read);
  CHECK(read->size() == 4);
  CHECK(lines_of(*read, "/ws/src/calc.cpp", true)
        == numbers{3, 4, 5, 7, 8, 9, 10, 13, 16, 17, 18, 21, 23});
  CHECK(lines_of(*read, "/ws/src/calc.cpp", false)
        == numbers{11, 14, 19, 20, 22});
  CHECK(lines_of(*read, "/ws/src/never.cpp", false) == numbers{2, 3, 4, 5, 6});
}

TEST_CASE("llvm-cov: anything else is an error") {
  for (auto text :
       {"x", "DA:1,1\n", "SF:/a\nDA:1,1\n", "SF:a\nend_of_record\n",
        "SF:/a\nDA:0,1\nend_of_record\n", "SF:/a\nDA:1\nend_of_record\n",
        "SF:/a\nDA:1,\nend_of_record\n", "SF:/a\nDA:1,1x\nend_of_record\n",
        "SF:/a\nDA:4294967296,1\nend_of_record\n",
        "SF:/a\nDA:-1,1\nend_of_record\n", "SF:/a\ngarbage\nend_of_record\n"})
    is_refused(read_lcov, text);
  CHECK(read_lcov("")->empty());
  CHECK(read_lcov("SF:/a\nDA:1,1,checksum\nend_of_record\n"));
}

TEST_CASE("what several runs of a tool say is one set of lines") {
  constexpr auto none = execution::none;
  constexpr auto some = execution::some;
  constexpr auto all = execution::all;
  executed_lines lines{{"/a", {{1, none}, {2, all}, {3, some}, {4, some}}}};
  add_lines(lines, {{"/a", {{1, some}, {2, none}, {3, all}, {5, none}}},
                    {"/b", {{1, none}}}});
  CHECK(lines
        == executed_lines{
          {"/a", {{1, some}, {2, all}, {3, all}, {4, some}, {5, none}}},
          {"/b", {{1, none}}}});
}

} // namespace cohort::tests::executed_lines_test
