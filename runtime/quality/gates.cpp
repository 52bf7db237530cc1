#include "runtime/quality/gates.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <sstream>
#include <utility>

#include "runtime/decomposition/decompose.hpp"
#include "runtime/quality/inspection/inspect_change.hpp"
#include "runtime/quality/report.hpp"

namespace cohort::runtime::quality {

namespace {

enum class outcome : uint8_t { passes, fails, flaky };

outcome outcome_of(const pb::TestReport::Case& test) {
  if (test.passed())
    return outcome::passes;
  return test.failures() < test.runs() ? outcome::flaky : outcome::fails;
}

/// Of several cases with one name all must pass.
std::map<std::string, outcome> outcomes_of(const pb::TestReport& report) {
  std::map<std::string, outcome> result;
  for (auto& test : report.cases()) {
    auto [found, is_new] = result.try_emplace(test.name(), outcome_of(test));
    if (found->second == outcome::passes)
      found->second = outcome_of(test);
  }
  return result;
}

struct comparison {
  size_t passed = 0;
  std::vector<std::string> broken;  // Passed before, fail now.
  std::vector<std::string> gone;    // Passed before, not there now.
  std::vector<std::string> failing; // Fail now, did not pass before.
  std::vector<std::string> flaky;   // Before or now.
};

comparison compare(const std::map<std::string, outcome>& before,
                   const std::map<std::string, outcome>& after) {
  comparison result;
  for (auto& [name, is] : after) {
    auto found = before.find(name);
    auto was = found == before.end() ? outcome::fails : found->second;
    if (is == outcome::passes)
      ++result.passed;
    else if (is == outcome::flaky || was == outcome::flaky)
      result.flaky.push_back(name);
    else if (was == outcome::passes)
      result.broken.push_back(name);
    else
      result.failing.push_back(name);
  }
  for (auto& [name, was] : before)
    if (was == outcome::passes && after.count(name) == 0)
      result.gone.push_back(name);
  return result;
}

void object(pb::GateReport& report, std::string_view rule,
            const std::vector<std::string>& tests) {
  for (auto& test : tests) {
    auto& objection = *report.add_objections();
    objection.set_rule(std::string{rule});
    objection.set_message(test);
  }
}

pb::GateReport report_tests(pb::GateVerdict verdict, const comparison& found,
                            size_t tests) {
  auto all = tests + found.gone.size();
  auto text = std::to_string(found.passed) + " of " + count_of(all, "test")
              + " pass";
  if (!found.broken.empty())
    text += "; passed before: " + name_some(found.broken);
  if (!found.gone.empty())
    text += "; gone: " + name_some(found.gone);
  if (!found.failing.empty())
    text += "; failing: " + name_some(found.failing);
  if (!found.flaky.empty())
    text += "; flaky: " + name_some(found.flaky);
  auto report = make_report(pb::GATE_KIND_TESTS, verdict,
                            share_of(found.passed, all), std::move(text));
  for (auto* names : {&found.broken, &found.gone, &found.failing})
    if (!names->empty())
      report.add_suggestions("look at " + name_some(*names));
  object(report, broken_test, found.broken);
  object(report, missing_test, found.gone);
  object(report, flaky_test, found.flaky);
  return report;
}

} // namespace

pb::GateReport judge_scope(const pb::Scope& scope,
                           const std::vector<std::string>& changed_files) {
  std::vector<std::string> outside;
  for (auto& file : changed_files)
    if (!decomposition::in_scope(scope, file))
      outside.push_back(file);
  std::sort(outside.begin(), outside.end());
  auto count = changed_files.size();
  if (outside.empty())
    return make_report(pb::GATE_KIND_SCOPE, pb::GATE_VERDICT_PASS, 1,
                       count == 0 ? "no file changed"
                                  : count_of(count, "changed file")
                                      + ", all inside the scope");
  auto report = make_report(pb::GATE_KIND_SCOPE, pb::GATE_VERDICT_FAIL,
                            share_of(count - outside.size(), count),
                            std::to_string(outside.size()) + " of "
                              + count_of(count, "changed file")
                              + " outside the scope: " + name_some(outside));
  report.add_suggestions("take back the change of " + name_some(outside)
                         + ", or widen the scope");
  return report;
}

pb::GateReport tests_not_measured(std::string why) {
  return make_report(pb::GATE_KIND_TESTS, pb::GATE_VERDICT_NOT_MEASURED, 0,
                     std::move(why));
}

pb::GateReport judge_tests(const std::optional<pb::TestReport>& before,
                           const pb::TestReport& after) {
  auto is_comparable = before && before->available()
                       && before->failure().empty();
  auto was = is_comparable ? outcomes_of(*before)
                           : std::map<std::string, outcome>{};
  if (after.failure() == units_have_errors)
    return tests_not_measured("not run: " + after.failure());
  if (!after.failure().empty() && (after.available() || !was.empty())) {
    auto report
      = make_report(pb::GATE_KIND_TESTS, pb::GATE_VERDICT_FAIL, 0,
                    "the tests could not be built or run: " + after.failure());
    report.add_suggestions("build the project and run its tests by hand");
    return report;
  }
  auto found = compare(was, outcomes_of(after));
  if (after.cases().empty() && found.gone.empty())
    return tests_not_measured(after.available()
                                ? "no test was run"
                                : "the project has no tests that can be run");
  auto tests = outcomes_of(after).size();
  if (!found.broken.empty() || !found.gone.empty()
      || (!is_comparable && !found.failing.empty()))
    return report_tests(pb::GATE_VERDICT_FAIL, found, tests);
  return report_tests(found.failing.empty() && found.flaky.empty()
                        ? pb::GATE_VERDICT_PASS
                        : pb::GATE_VERDICT_WARNING,
                      found, tests);
}

std::vector<std::string> tests_objected_to(const pb::GateReport& report,
                                           std::string_view rule) {
  std::vector<std::string> result;
  for (auto& objection : report.objections())
    if (objection.rule() == rule)
      result.push_back(objection.message());
  return result;
}

void hold_against(pb::GateReport& report,
                  const std::vector<pb::Objection>& objections,
                  bool tests_may_change) {
  std::vector<std::string> said;
  for (auto& objection : objections)
    if (is_about_tests(objection.rule())) {
      *report.add_objections() = objection;
      said.push_back(objection.rule()
                     + (objection.location().file().empty()
                          ? ""
                          : " in " + objection.location().file()));
    }
  if (said.empty())
    return;
  report.set_details(report.details()
                     + "; the change weakens tests: " + name_some(said));
  if (!tests_may_change)
    report.set_verdict(pb::GATE_VERDICT_FAIL);
  else if (report.verdict() != pb::GATE_VERDICT_FAIL)
    report.set_verdict(pb::GATE_VERDICT_WARNING);
}

pb::GateReport judge_security(const std::vector<pb::Objection>& objections) {
  std::vector<std::string> said;
  auto report = make_report(pb::GATE_KIND_SECURITY, pb::GATE_VERDICT_PASS, 1,
                            "no key, and no way out of the workspace, is new");
  for (auto& objection : objections)
    if (!is_about_tests(objection.rule())) {
      *report.add_objections() = objection;
      said.push_back(objection.rule() + " in " + objection.location().file());
    }
  if (said.empty())
    return report;
  report.set_verdict(pb::GATE_VERDICT_FAIL);
  report.set_score(0);
  report.set_details(name_some(said));
  report.add_suggestions("look at " + name_some(said));
  return report;
}

void forgive(pb::GateReport& report, const std::vector<std::string>& flaky,
             bool tests_may_change) {
  if (report.kind() != pb::GATE_KIND_TESTS || flaky.empty())
    return;
  auto is_held_against = false;
  for (auto& objection : *report.mutable_objections()) {
    if (std::find(flaky.begin(), flaky.end(), objection.message())
        != flaky.end())
      objection.set_rule(std::string{flaky_test});
    is_held_against |= is_about_tests(objection.rule())
                         ? !tests_may_change
                         : objection.rule() != flaky_test;
  }
  if (report.verdict() == pb::GATE_VERDICT_FAIL && !is_held_against)
    report.set_verdict(pb::GATE_VERDICT_WARNING);
  report.set_details(report.details()
                     + "; found to be flaky: " + name_some(flaky));
}

uint32_t runs_of(const pb::TestReport::Case& test) {
  return std::max(1U, test.runs());
}

uint32_t failures_of(const pb::TestReport::Case& test) {
  return test.runs() > 0 ? test.failures() : test.passed() ? 0 : 1;
}

void add_runs(pb::TestReport& report, const pb::TestReport& more) {
  std::map<std::string, pb::TestReport::Case*> known;
  for (auto& test : *report.mutable_cases())
    known.emplace(test.name(), &test);
  for (auto& test : more.cases()) {
    auto found = known.find(test.name());
    if (found == known.end())
      continue;
    auto& all = *found->second;
    auto runs = runs_of(all) + runs_of(test);
    all.set_failures(failures_of(all) + failures_of(test));
    all.set_runs(runs);
    all.set_passed(all.failures() == 0);
  }
}

bool passed(const std::vector<pb::GateReport>& reports) {
  return std::none_of(reports.begin(), reports.end(), [](auto& report) {
    return report.verdict() == pb::GATE_VERDICT_FAIL && !report.advisory();
  });
}

} // namespace cohort::runtime::quality
