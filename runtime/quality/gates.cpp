#include "runtime/quality/gates.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "runtime/decomposition/decompose.hpp"
#include "runtime/quality/report.hpp"

namespace cohort::runtime::quality {

namespace {

/// Of several cases with one name all must pass.
std::map<std::string, bool> outcomes_of(const pb::TestReport& report) {
  std::map<std::string, bool> result;
  for (auto& test : report.cases()) {
    auto [found, is_new] = result.try_emplace(test.name(), test.passed());
    found->second = found->second && test.passed();
  }
  return result;
}

struct comparison {
  size_t passed = 0;
  std::vector<std::string> broken;  // Passed before, fail now.
  std::vector<std::string> gone;    // Passed before, not there now.
  std::vector<std::string> failing; // Fail now, did not pass before.
};

comparison compare(const std::map<std::string, bool>& before,
                   const std::map<std::string, bool>& after) {
  comparison result;
  for (auto& [name, passes] : after) {
    auto was = before.find(name);
    if (passes)
      ++result.passed;
    else if (was != before.end() && was->second)
      result.broken.push_back(name);
    else
      result.failing.push_back(name);
  }
  for (auto& [name, passed] : before)
    if (passed && after.count(name) == 0)
      result.gone.push_back(name);
  return result;
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
  auto report = make_report(pb::GATE_KIND_TESTS, verdict,
                            share_of(found.passed, all), std::move(text));
  for (auto* names : {&found.broken, &found.gone, &found.failing})
    if (!names->empty())
      report.add_suggestions("look at " + name_some(*names));
  return report;
}

pb::GateReport tests_not_measured(std::string why) {
  return make_report(pb::GATE_KIND_TESTS, pb::GATE_VERDICT_NOT_MEASURED, 0,
                     std::move(why));
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

pb::GateReport judge_tests(const std::optional<pb::TestReport>& before,
                           const pb::TestReport& after) {
  auto is_comparable = before && before->available()
                       && before->failure().empty();
  auto was = is_comparable ? outcomes_of(*before)
                           : std::map<std::string, bool>{};
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
  return report_tests(found.failing.empty() ? pb::GATE_VERDICT_PASS
                                            : pb::GATE_VERDICT_WARNING,
                      found, tests);
}

pb::GateReport not_measured(pb::GateKind kind, double threshold,
                            std::string_view what) {
  std::ostringstream details;
  details << what << " is not measured yet; at least " << threshold
          << " is asked for";
  auto report = make_report(kind, pb::GATE_VERDICT_NOT_MEASURED, 0,
                            details.str());
  report.set_threshold(threshold);
  return report;
}

bool passed(const std::vector<pb::GateReport>& reports) {
  return std::none_of(reports.begin(), reports.end(), [](auto& report) {
    return report.verdict() == pb::GATE_VERDICT_FAIL;
  });
}

} // namespace cohort::runtime::quality
