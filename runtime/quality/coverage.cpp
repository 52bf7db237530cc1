#include "runtime/quality/coverage.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/quality/report.hpp"

namespace cohort::runtime::quality {

namespace {

struct line_sum {
  size_t hit = 0;
  size_t all = 0;

  [[nodiscard]] double share() const {
    return share_of(hit, all);
  }
  [[nodiscard]] size_t missed() const {
    return all - hit;
  }
};

line_sum sum_all(const pb::CoverageReport& report) {
  line_sum result;
  for (auto& file : report.files()) {
    result.hit += file.hit();
    result.all += file.lines();
  }
  return result;
}

line_sum sum_changed(const pb::CoverageReport& report) {
  line_sum result;
  for (auto& file : report.files()) {
    auto hit = static_cast<size_t>(file.changed_hit_size());
    result.hit += hit;
    result.all += hit + static_cast<size_t>(file.changed_missed_size());
  }
  return result;
}

std::string sum_text(const line_sum& sum, const std::string& what) {
  return std::to_string(sum.hit) + " of " + count_of(sum.all, what)
         + (sum.all == 1 ? " is executed (" : " are executed (")
         + percent(sum.share()) + ')';
}

/// Missed lines that stand together: between two of them is at most one other,
/// and none that is executed.
std::vector<pb::LineRange> missed_runs(const pb::FileCoverage& file) {
  std::vector<pb::LineRange> result;
  for (auto line : file.changed_missed()) {
    auto goes_on = !result.empty() && line <= result.back().last() + 2
                   && !std::binary_search(file.changed_hit().begin(),
                                          file.changed_hit().end(), line - 1);
    if (!goes_on)
      result.emplace_back().set_first(line);
    result.back().set_last(line);
  }
  return result;
}

pb::Objection objection_to(const std::string& file, const pb::LineRange& run) {
  pb::Objection result;
  result.set_rule("uncovered-line");
  result.mutable_location()->set_file(file);
  result.mutable_location()->set_line(run.first());
  auto first = std::to_string(run.first());
  result.set_message(run.first() == run.last()
                       ? "no test executes line " + first
                       : "no test executes lines " + first + " to "
                           + std::to_string(run.last()));
  return result;
}

void add_objections(const pb::CoverageReport& coverage,
                    pb::GateReport& report) {
  std::vector<std::string> places;
  for (auto& file : coverage.files())
    for (auto& run : missed_runs(file)) {
      places.push_back(file.file() + ':' + std::to_string(run.first()));
      if (places.size() <= uncovered_runs_max)
        *report.add_objections() = objection_to(file.file(), run);
    }
  if (!places.empty())
    report.add_suggestions("add tests that execute " + name_some(places));
}

pb::GateReport coverage_unknown(double threshold, std::string why) {
  auto report = make_report(pb::GATE_KIND_COVERAGE,
                            pb::GATE_VERDICT_NOT_MEASURED, 0, std::move(why));
  report.set_threshold(threshold);
  return report;
}

/// Why a report says nothing about coverage; empty when it does.
std::string why_unknown(const pb::CoverageReport& report) {
  if (!report.failure().empty())
    return report.failure();
  return report.available() ? "" : "the project has no tests that can be run";
}

pb::GateReport judge_share(const line_sum& sum, const std::string& what,
                           double threshold) {
  auto is_enough = sum.share() >= threshold;
  auto report = make_report(
    pb::GATE_KIND_COVERAGE,
    is_enough ? pb::GATE_VERDICT_PASS : pb::GATE_VERDICT_FAIL, sum.share(),
    sum_text(sum, what)
      + (is_enough ? "" : "; " + percent(threshold) + " are asked for"));
  report.set_threshold(threshold);
  return report;
}

pb::GateReport judge_regression(const line_sum& sum, const line_sum& was) {
  auto is_less = sum.share() < was.share() && sum.missed() > was.missed();
  auto report = make_report(
    pb::GATE_KIND_COVERAGE,
    is_less ? pb::GATE_VERDICT_FAIL : pb::GATE_VERDICT_PASS, sum.share(),
    sum_text(sum, "line") + "; before: " + std::to_string(was.hit) + " of "
      + std::to_string(was.all) + " (" + percent(was.share()) + ')');
  report.set_threshold(was.share());
  return report;
}

} // namespace

pb::GateReport judge_coverage(const pb::CoverageReport& after,
                              const std::optional<pb::CoverageReport>& before,
                              coverage_scope scope, double threshold) {
  if (auto why = why_unknown(after); !why.empty())
    return coverage_unknown(threshold, std::move(why));
  auto is_changed = scope == coverage_scope::changed;
  auto sum = is_changed ? sum_changed(after) : sum_all(after);
  if (sum.all == 0)
    return coverage_unknown(threshold, is_changed
                                         ? "no changed line can be executed"
                                         : "no line can be executed");
  pb::GateReport report;
  if (scope == coverage_scope::no_regression) {
    auto why = before ? why_unknown(*before) : "it was not measured";
    if (!why.empty())
      return coverage_unknown(threshold,
                              "what was executed before is not known: " + why);
    report = judge_regression(sum, sum_all(*before));
  } else {
    report = judge_share(sum, is_changed ? "changed line" : "line", threshold);
  }
  add_objections(after, report);
  return report;
}

} // namespace cohort::runtime::quality
