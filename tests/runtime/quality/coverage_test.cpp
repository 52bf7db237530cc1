#include "runtime/quality/coverage.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

namespace cohort::tests::coverage_test {

using namespace cohort;
using namespace cohort::runtime::quality;

namespace {

using numbers = std::vector<uint32_t>;

pb::CoverageReport report_of(uint32_t hit, uint32_t lines) {
  pb::CoverageReport result;
  result.set_available(true);
  auto& file = *result.add_files();
  file.set_file("src/a.cpp");
  file.set_hit(hit);
  file.set_lines(lines);
  return result;
}

pb::CoverageReport with_changed(const numbers& hit, const numbers& missed) {
  auto result = report_of(0, 1000);
  auto& file = *result.mutable_files(0);
  file.mutable_changed_hit()->Assign(hit.begin(), hit.end());
  file.mutable_changed_missed()->Assign(missed.begin(), missed.end());
  return result;
}

numbers lines(uint32_t first, uint32_t count) {
  numbers result(count);
  std::iota(result.begin(), result.end(), first);
  return result;
}

std::vector<std::string> messages_of(const pb::GateReport& report) {
  std::vector<std::string> result;
  for (auto& objection : report.objections()) {
    CHECK(objection.rule() == "uncovered-line");
    result.push_back(objection.location().file() + ':'
                     + std::to_string(objection.location().line()) + ": "
                     + objection.message());
  }
  return result;
}

pb::GateReport judge(const pb::CoverageReport& after, coverage_scope scope,
                     double threshold = 0.8) {
  return judge_coverage(after, std::nullopt, scope, threshold);
}

} // namespace

TEST_CASE("changed lines: their share decides, and who is missed is named") {
  auto report = judge(with_changed(lines(1, 31), {40, 41, 43, 50, 60}),
                      coverage_scope::changed);
  CHECK(report.kind() == pb::GATE_KIND_COVERAGE);
  CHECK(report.verdict() == pb::GATE_VERDICT_PASS);
  CHECK(report.score() == doctest::Approx(31.0 / 36));
  CHECK(report.threshold() == 0.8);
  CHECK(report.details() == "31 of 36 changed lines are executed (86 %)");
  CHECK(
    messages_of(report)
    == std::vector<std::string>{"src/a.cpp:40: no test executes lines 40 to 43",
                                "src/a.cpp:50: no test executes line 50",
                                "src/a.cpp:60: no test executes line 60"});
  REQUIRE(report.suggestions_size() == 1);
  CHECK(report.suggestions(0)
        == "add tests that execute src/a.cpp:40, src/a.cpp:50, src/a.cpp:60");
}

TEST_CASE("too few changed lines fail, with what is asked for") {
  auto report = judge(with_changed(lines(1, 79), lines(101, 21)),
                      coverage_scope::changed);
  CHECK(report.verdict() == pb::GATE_VERDICT_FAIL);
  CHECK(report.details()
        == "79 of 100 changed lines are executed (79 %); 80 % are asked for");
  report = judge(with_changed(lines(1, 80), lines(101, 20)),
                 coverage_scope::changed);
  CHECK(report.verdict() == pb::GATE_VERDICT_PASS);
  report = judge(with_changed({}, {7}), coverage_scope::changed);
  CHECK(report.details()
        == "0 of 1 changed line is executed (0 %); 80 % are asked for");
}

TEST_CASE("what is not quite all is not 100 %") {
  auto report = judge(with_changed(lines(1, 999), {2000}),
                      coverage_scope::changed);
  CHECK(report.details() == "999 of 1000 changed lines are executed (99 %)");
  report = judge(with_changed(lines(1, 3), {}), coverage_scope::changed, 1);
  CHECK(report.verdict() == pb::GATE_VERDICT_PASS);
  CHECK(report.details() == "3 of 3 changed lines are executed (100 %)");
  CHECK(report.suggestions().empty());
}

TEST_CASE("an executed line parts two runs of missed ones") {
  auto report = judge(with_changed({2}, {1, 3}), coverage_scope::changed);
  CHECK(messages_of(report).size() == 2);
}

TEST_CASE("of very many runs not all are objections") {
  numbers missed;
  for (uint32_t i = 1; i <= 500; ++i)
    missed.push_back(10 * i);
  auto report = judge(with_changed({}, missed), coverage_scope::changed);
  CHECK(static_cast<size_t>(report.objections_size()) == uncovered_runs_max);
  CHECK(report.suggestions(0).ends_with(" and 497 more"));
}

TEST_CASE("overall: all lines, whoever changed them") {
  auto report = judge(report_of(9, 10), coverage_scope::overall);
  CHECK(report.verdict() == pb::GATE_VERDICT_PASS);
  CHECK(report.details() == "9 of 10 lines are executed (90 %)");
  CHECK(judge(report_of(7, 10), coverage_scope::overall).verdict()
        == pb::GATE_VERDICT_FAIL);
}

TEST_CASE("no regression: less is a failure only when more is missed") {
  auto verdict = [](const pb::CoverageReport& after) {
    return judge_coverage(after, report_of(80, 100),
                          coverage_scope::no_regression, 0.99)
      .verdict();
  };
  CHECK(verdict(report_of(80, 100)) == pb::GATE_VERDICT_PASS);
  CHECK(verdict(report_of(79, 100)) == pb::GATE_VERDICT_FAIL);
  CHECK(verdict(report_of(90, 110)) == pb::GATE_VERDICT_PASS);
  CHECK(verdict(report_of(88, 111)) == pb::GATE_VERDICT_FAIL);
  // Ten executed lines were removed.
  CHECK(verdict(report_of(70, 90)) == pb::GATE_VERDICT_PASS);
  auto report = judge_coverage(report_of(79, 100), report_of(80, 100),
                               coverage_scope::no_regression, 0.99);
  CHECK(report.threshold() == doctest::Approx(0.8));
  CHECK(report.details()
        == "79 of 100 lines are executed (79 %); before: 80 of 100 (80 %)");
}

TEST_CASE("what cannot be measured says why") {
  auto why = [](const pb::CoverageReport& after,
                const std::optional<pb::CoverageReport>& before,
                coverage_scope scope) {
    auto report = judge_coverage(after, before, scope, 0.8);
    CHECK(report.verdict() == pb::GATE_VERDICT_NOT_MEASURED);
    CHECK(report.threshold() == 0.8);
    return report.details();
  };
  auto failed = report_of(1, 1);
  failed.set_failure("the build failed");
  CHECK(why({}, {}, coverage_scope::changed)
        == "the project has no tests that can be run");
  CHECK(why(failed, {}, coverage_scope::changed) == "the build failed");
  CHECK(why(report_of(5, 9), {}, coverage_scope::changed)
        == "no changed line can be executed");
  CHECK(why(report_of(0, 0), {}, coverage_scope::overall)
        == "no line can be executed");
  CHECK(why(report_of(5, 9), {}, coverage_scope::no_regression)
        == "what was executed before is not known: it was not measured");
  CHECK(why(report_of(5, 9), failed, coverage_scope::no_regression)
        == "what was executed before is not known: the build failed");
}

} // namespace cohort::tests::coverage_test
