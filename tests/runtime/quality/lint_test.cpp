#include "runtime/quality/lint.hpp"

#include <doctest/doctest.h>

#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::lint_test {

using namespace cohort::messages::v1;
using namespace cohort::runtime::quality;
using tests::make_unit;

namespace {

using reports = std::vector<UnitReport>;

Diagnostic finding(const std::string& file, uint32_t line,
                   const std::string& check = "bugprone-x") {
  auto result = tests::make_error(file, line);
  result.set_option(check);
  result.set_message("words of " + check);
  return result;
}

ChangedFile change(const std::string& file, uint32_t first = 1,
                   uint32_t last = 5) {
  ChangedFile result;
  result.set_file(file);
  auto& lines = *result.add_lines();
  lines.set_first(first);
  lines.set_last(last);
  return result;
}

UnitReport timed(UnitReport report, double seconds) {
  report.set_seconds(seconds);
  return report;
}

GateReport judge(const reports& before, const reports& after,
                 const std::vector<ChangedFile>& changed = {change("a.cc")}) {
  return judge_lint(before, after, changed);
}

} // namespace

TEST_CASE("a changed file is looked at in itself, or in its fastest reader") {
  auto failing = make_unit("c.cc", {"x.hpp"}, {tests::make_error("c.cc", 1)});
  reports all{timed(make_unit("a.cc", {"x.hpp"}), 3),
              timed(make_unit("b.cc", {"x.hpp"}), 2), timed(failing, 1)};
  auto units = [&](const char* file) {
    return units_to_lint({change(file)}, all);
  };
  using names = std::vector<std::string>;
  CHECK(units("a.cc") == names{"a.cc"});
  CHECK(units("x.hpp") == names{"b.cc"});
  CHECK(units("c.cc").empty()); // It does not compile.
  CHECK(units("README.md").empty());
  CHECK(units_to_lint({change("x.hpp"), change("b.cc"), change("a.cc")}, all)
        == names{"a.cc", "b.cc"});
}

TEST_CASE("what one of two compilers rejects is not looked at") {
  auto refused = make_unit("a.cc", {}, {tests::make_error("a.cc", 1)});
  refused.set_tool("clang");
  CHECK(units_to_lint({change("a.cc")}, {make_unit("a.cc"), refused}).empty());
}

TEST_CASE("what is new fails, with check and place") {
  auto report = judge({make_unit("a.cc")},
                      {make_unit("a.cc", {}, {finding("a.cc", 4)})});
  CHECK(report.kind() == GATE_KIND_LINT);
  CHECK(report.verdict() == GATE_VERDICT_FAIL);
  CHECK(report.score() == 0);
  CHECK(report.details() == "1 new finding: bugprone-x in a.cc:4");
  REQUIRE(report.objections_size() == 1);
  CHECK(report.objections(0).rule() == "bugprone-x");
  CHECK(report.objections(0).location().line() == 4);
}

TEST_CASE("what was there before is not held against the change") {
  reports before{make_unit("a.cc", {}, {finding("a.cc", 2)})};
  auto moved = judge(before, {make_unit("a.cc", {}, {finding("a.cc", 4)})});
  CHECK(moved.verdict() == GATE_VERDICT_PASS);
  CHECK(moved.details() == "nothing new in 1 file of what changed");
  auto more = judge(
    before, {make_unit("a.cc", {}, {finding("a.cc", 4), finding("a.cc", 9)})},
    {change("a.cc", 9, 9)});
  REQUIRE(more.objections_size() == 1);
  CHECK(more.objections(0).location().line() == 9);
  auto other = judge(before,
                     {make_unit("a.cc", {}, {finding("a.cc", 4, "cert-y")})});
  CHECK(other.verdict() == GATE_VERDICT_FAIL);
}

TEST_CASE("of what could not be looked at before, changed lines count") {
  reports after{
    make_unit("a.cc", {}, {finding("a.cc", 2), finding("a.cc", 9)})};
  auto report = judge({}, after, {change("a.cc", 9, 9)});
  REQUIRE(report.objections_size() == 1);
  CHECK(report.objections(0).location().line() == 9);
  CHECK(judge({}, after, {change("a.cc", 3, 4)}).verdict()
        == GATE_VERDICT_PASS);
}

TEST_CASE("only changed files count, and each place once") {
  reports after{make_unit("a.cc", {"x.hpp"}, {finding("x.hpp", 3)}),
                make_unit("b.cc", {"x.hpp"}, {finding("x.hpp", 3)})};
  reports before{make_unit("a.cc", {"x.hpp"}), make_unit("b.cc", {"x.hpp"})};
  CHECK(judge(before, after, {change("a.cc")}).verdict() == GATE_VERDICT_PASS);
  auto report = judge(before, after, {change("x.hpp"), change("a.cc")});
  CHECK(report.objections_size() == 1);
  CHECK(report.score() == 0.5);
}

TEST_CASE("behind a compiler's own error nothing is known") {
  reports broken{make_unit("a.cc", {}, {finding("a.cc", 1, "")})};
  auto report = judge({make_unit("a.cc")}, broken);
  CHECK(report.verdict() == GATE_VERDICT_NOT_MEASURED);
  CHECK(report.details() == "a.cc: words of ");
  reports old{make_unit("a.cc", {}, {finding("a.cc", 9)})};
  CHECK(judge(broken, old, {change("a.cc", 1, 1)}).verdict()
        == GATE_VERDICT_PASS);
}

TEST_CASE("what only a unit shows that was not asked before is no finding") {
  reports before{make_unit("a.cc", {"x.hpp"})};
  reports after{make_unit("a.cc", {"x.hpp"}),
                make_unit("b.cc", {"x.hpp"}, {finding("x.hpp", 9)})};
  CHECK(judge(before, after, {change("x.hpp", 1, 1)}).verdict()
        == GATE_VERDICT_PASS);
  CHECK(judge(before, after, {change("x.hpp", 9, 9)}).verdict()
        == GATE_VERDICT_FAIL);
}

TEST_CASE("without a report, or a verdict, nothing is measured") {
  CHECK(judge({}, {}).verdict() == GATE_VERDICT_NOT_MEASURED);
  auto failed = make_unit("a.cc");
  failed.set_ok(false);
  failed.set_failure("clang-tidy is not installed");
  auto report = judge({}, {make_unit("b.cc"), failed});
  CHECK(report.verdict() == GATE_VERDICT_NOT_MEASURED);
  CHECK(report.details() == "a.cc: clang-tidy is not installed");
}

} // namespace cohort::tests::lint_test
