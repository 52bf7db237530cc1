#include "runtime/quality/lint.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "runtime/quality/report.hpp"

namespace cohort::runtime::quality {

namespace {

constexpr int lint_objections_max = 100;

/// What stays the same of a finding when lines above it come or go.
using sort_of_finding
  = std::tuple<std::string_view, std::string_view, std::string_view>;

sort_of_finding sort_of(const pb::Diagnostic& finding) {
  return {finding.location().file(), finding.option(), finding.message()};
}

using findings_by_sort
  = std::map<sort_of_finding, std::vector<const pb::Diagnostic*>>;

/// Each place once, however many units show it; by line.
findings_by_sort findings_of(const std::vector<pb::UnitReport>& reports) {
  findings_by_sort result;
  std::set<std::tuple<sort_of_finding, uint32_t, uint32_t>> seen;
  for (auto& report : reports)
    for (auto& finding : report.diagnostics())
      if (auto& place = finding.location();
          seen.emplace(sort_of(finding), place.line(), place.byte_column())
            .second)
        result[sort_of(finding)].push_back(&finding);
  for (auto& [sort, findings] : result)
    std::stable_sort(findings.begin(), findings.end(), [](auto* x, auto* y) {
      return x->location().line() < y->location().line();
    });
  return result;
}

/// Why there is no verdict on the unit; "" where there is one. Behind a
/// compiler's own error, which has no check, much is not looked at.
std::string why_no_verdict(const pb::UnitReport& report) {
  if (!report.failure().empty())
    return report.failure();
  for (auto& finding : report.diagnostics())
    if (finding.option().empty())
      return finding.message();
  return {};
}

/// The files of which all units that read them now could be asked before, and
/// read them then.
std::set<std::string_view>
files_known(const std::vector<pb::UnitReport>& before,
            const std::vector<pb::UnitReport>& after) {
  std::set<std::pair<std::string_view, std::string_view>> read; // By unit.
  for (auto& report : before)
    if (why_no_verdict(report).empty())
      for (auto& file : report.reads())
        read.emplace(report.unit(), file);
  std::set<std::string_view> result;
  for (auto& report : after)
    result.insert(report.reads().begin(), report.reads().end());
  for (auto& report : after)
    for (auto& file : report.reads())
      if (read.count({report.unit(), file}) == 0)
        result.erase(file);
  return result;
}

std::set<std::string_view>
files_read(const std::vector<pb::UnitReport>& reports) {
  std::set<std::string_view> result;
  for (auto& report : reports)
    result.insert(report.reads().begin(), report.reads().end());
  return result;
}

bool has_changed(const pb::ChangedFile& file, const pb::Diagnostic& finding) {
  auto line = finding.location().line();
  return std::any_of(file.lines().begin(), file.lines().end(), [&](auto& run) {
    return run.first() <= line && line <= run.last();
  });
}

/// Of findings of one sort in `file`, those that are held against the change:
/// as many as are more than before, on changed lines first.
std::vector<const pb::Diagnostic*>
new_ones(std::vector<const pb::Diagnostic*> findings, size_t known,
         const pb::ChangedFile& file, bool is_known) {
  auto unchanged = std::stable_partition(findings.begin(), findings.end(),
                                         [&](auto* finding) {
                                           return has_changed(file, *finding);
                                         });
  if (!is_known)
    findings.erase(unchanged, findings.end());
  findings.resize(findings.size() - std::min(known, findings.size()));
  return findings;
}

void object(pb::GateReport& report, const pb::Diagnostic& finding) {
  if (report.objections_size() == lint_objections_max)
    return;
  auto& objection = *report.add_objections();
  objection.set_rule(finding.option());
  *objection.mutable_location() = finding.location();
  objection.set_message(finding.message());
}

} // namespace

std::vector<std::string>
units_to_lint(const std::vector<pb::ChangedFile>& changed,
              const std::vector<pb::UnitReport>& reports) {
  std::set<std::string_view> rejected;
  for (auto& report : reports)
    if (!report.ok())
      rejected.insert(report.unit());
  std::map<std::string_view, const pb::UnitReport*> best; // By file read.
  for (auto& report : reports) {
    if (rejected.count(report.unit()) > 0)
      continue;
    for (auto& file : report.reads()) {
      auto& reader = best[file];
      auto rank = [&](const pb::UnitReport& x) {
        return std::tuple{x.unit() != file, x.seconds(),
                          std::string_view{x.unit()}};
      };
      if (reader == nullptr || rank(report) < rank(*reader))
        reader = &report;
    }
  }
  std::set<std::string> result;
  for (auto& file : changed)
    if (auto found = best.find(file.file()); found != best.end())
      result.insert(found->second->unit());
  return {result.begin(), result.end()};
}

pb::GateReport judge_lint(const std::vector<pb::UnitReport>& before,
                          const std::vector<pb::UnitReport>& after,
                          const std::vector<pb::ChangedFile>& changed) {
  auto no_verdict = [](const std::string& why) {
    return make_report(pb::GATE_KIND_LINT, pb::GATE_VERDICT_NOT_MEASURED, 0,
                       why);
  };
  if (after.empty())
    return no_verdict("no unit that compiles reads what changed");
  for (auto& report : after)
    if (auto why = why_no_verdict(report); !why.empty())
      return no_verdict(report.unit() + ": " + why);
  auto was = findings_of(before);
  auto known_before = files_known(before, after);
  auto is_read = files_read(after);
  std::map<std::string_view, const pb::ChangedFile*> looked_at;
  for (auto& file : changed)
    if (is_read.count(file.file()) > 0)
      looked_at.emplace(file.file(), &file);
  auto report = make_report(pb::GATE_KIND_LINT, pb::GATE_VERDICT_PASS, 1, "");
  std::set<std::string_view> spoilt;
  std::vector<std::string> said;
  for (auto& [sort, findings] : findings_of(after)) {
    auto file = looked_at.find(std::get<0>(sort));
    if (file == looked_at.end())
      continue;
    auto known = was.count(sort) > 0 ? was.at(sort).size() : 0;
    for (auto* finding : new_ones(findings, known, *file->second,
                                  known_before.count(file->first) > 0)) {
      spoilt.insert(file->first);
      object(report, *finding);
      said.push_back(finding->option() + " in " + finding->location().file()
                     + ':' + std::to_string(finding->location().line()));
    }
  }
  report.set_score(
    share_of(looked_at.size() - spoilt.size(), looked_at.size()));
  report.set_details("nothing new in " + count_of(looked_at.size(), "file")
                     + " of what changed");
  if (said.empty())
    return report;
  report.set_verdict(pb::GATE_VERDICT_FAIL);
  report.set_details(count_of(said.size(), "new finding") + ": "
                     + name_some(said));
  report.add_suggestions("look at " + name_some(said));
  return report;
}

} // namespace cohort::runtime::quality
