#include "runtime/toolchain/coverage_report.hpp"

#include <doctest/doctest.h>

#include "tests/runtime/toolchain/recorded.hpp"

namespace cohort::tests::coverage_report_test {

using namespace cohort::runtime::toolchain;
using cohort::tests::known_files;
using cohort::tests::recorded;

namespace {

using numbers = std::vector<uint32_t>;

pb::CoverageUnit
changed(const std::string& file,
        const std::vector<std::pair<uint32_t, uint32_t>>& ranges) {
  pb::CoverageUnit result;
  auto& added = *result.add_changed();
  added.set_file(file);
  for (auto& [first, last] : ranges) {
    auto& range = *added.add_lines();
    range.set_first(first);
    range.set_last(last);
  }
  return result;
}

/// The recorded project, but for one header.
struct small_world {
  known_files files;

  small_world() {
    files.add("src/calc.cpp", recorded("coverage.source"));
    files.add("src/never.cpp", "#include \"calc.hpp\"\nint never(int x) {\n"
                               "  int y = x;\n  y += half(x);\n  return y;\n"
                               "}\n");
    files.add("tests/calc_test.cpp", "int main() {\n}\n");
  }

  pb::CoverageReport report(const pb::CoverageUnit& what, line_counting how) {
    auto read = how == line_counting::as_gcovr
                  ? read_gcov(recorded("coverage.gcov"))
                  : read_lcov(recorded("coverage.lcov"));
    REQUIRE(read);
    return report_coverage(*read, "/ws", files.reader(), what, how);
  }
};

numbers of(const google::protobuf::RepeatedField<uint32_t>& field) {
  return {field.begin(), field.end()};
}

} // namespace

TEST_CASE_FIXTURE(small_world, "the figures are those of gcovr") {
  auto result = report({}, line_counting::as_gcovr);
  CHECK(result.available());
  CHECK(result.tool() == "gcov");
  REQUIRE(result.files_size() == 2);
  CHECK(result.files(0).file() == "src/calc.cpp");
  CHECK(result.files(0).lines() == 12);
  CHECK(result.files(0).hit() == 9);
  CHECK(result.files(0).changed_hit().empty());
  CHECK(result.files(1).file() == "src/never.cpp");
  CHECK(result.files(1).lines() == 4);
  CHECK(result.files(1).hit() == 0);
}

TEST_CASE_FIXTURE(small_world, "llvm-cov counts braces, too") {
  auto result = report({}, line_counting::as_llvm_cov);
  CHECK(result.tool() == "llvm-cov");
  REQUIRE(result.files_size() == 2);
  CHECK(result.files(0).lines() == 15);
  CHECK(result.files(0).hit() == 12);
  CHECK(result.files(1).lines() == 5);
}

TEST_CASE_FIXTURE(small_world, "changed lines are told singly") {
  auto result = report(changed("src/calc.cpp", {{4, 8}, {19, 19}, {22, 99}}),
                       line_counting::as_gcovr);
  CHECK(of(result.files(0).changed_hit()) == numbers{4, 7, 8});
  CHECK(of(result.files(0).changed_missed()) == numbers{19, 22});
  CHECK(result.files(1).changed_missed().empty());
}

TEST_CASE_FIXTURE(small_world, "an excluded line is no changed line") {
  auto result = report(changed("src/calc.cpp", {{11, 14}}),
                       line_counting::as_gcovr);
  CHECK(result.files(0).changed_hit().empty());
  CHECK(result.files(0).changed_missed().empty());
}

TEST_CASE("files outside, unreadable, or with odd names do not count") {
  known_files files;
  files.add("a.c", "int a;\n");
  files.add("caf\xe9.c", "int a;\n");
  executed_lines lines;
  for (auto file : {"/ws/a.c", "/wsx/a.c", "/a.c", "/ws", "/ws/gone.c",
                    "/ws/caf\xe9.c", "/usr/include/a.c"})
    lines[file] = {{1, execution::all}};
  auto result = report_coverage(lines, "/ws", files.reader(), {},
                                line_counting::as_gcovr);
  REQUIRE(result.files_size() == 1);
  CHECK(result.files(0).file() == "a.c");
}

TEST_CASE("a brace counts where all of it was executed, as with gcovr") {
  known_files files;
  files.add("a.c", "x\n}\n}\n}\n");
  executed_lines lines{{"/ws/a.c",
                        {{1, execution::some},
                         {2, execution::some},
                         {3, execution::all},
                         {4, execution::none}}}};
  auto counts = [&](line_counting how) {
    auto report = report_coverage(lines, "/ws", files.reader(), {}, how);
    return std::pair{report.files(0).hit(), report.files(0).lines()};
  };
  CHECK(counts(line_counting::as_gcovr) == std::pair{2U, 2U});
  CHECK(counts(line_counting::as_llvm_cov) == std::pair{3U, 4U});
}

TEST_CASE("a file without a line that counts is left out") {
  known_files files;
  files.add("a.c", "{\n");
  auto result = report_coverage({{"/ws/a.c", {{1, execution::none}}}}, "/ws",
                                files.reader(), {}, line_counting::as_gcovr);
  CHECK(result.files().empty());
}

} // namespace cohort::tests::coverage_report_test
