#include "runtime/execution/subtask_evidence.hpp"

#include <algorithm>

#include "runtime/execution/candidates.hpp"
#include "runtime/execution/leftovers.hpp"
#include "runtime/execution/report_book.hpp"

namespace cohort::runtime::execution {

namespace {

std::string counted(int number, const std::string& what) {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

bool names(const std::vector<pb::Leftover>& left,
           const pb::UnitReport& report) {
  return std::any_of(left.begin(), left.end(), [&](auto& one) {
    return one.diagnostic().location().file() == report.unit()
           && one.diagnostic().tool() == report.tool();
  });
}

/// A tool for files that fails is as bad as an error: nobody knows whether the
/// file is right.
pb::Leftover without_verdict(const pb::UnitReport& report) {
  pb::Leftover result;
  auto& error = *result.mutable_diagnostic();
  error.set_tool(report.tool());
  error.set_severity(pb::SEVERITY_ERROR);
  error.mutable_location()->set_file(report.unit());
  error.set_message(report.failure());
  result.set_reason(report.tool() + " gives no verdict on " + report.unit());
  result.set_blockage(pb::BLOCKAGE_REASON_EXTERNAL);
  return result;
}

} // namespace

bool holds_after(const pb::UnitReport& report,
                 const std::vector<std::string>& files) {
  return report.failure().empty()
         && std::none_of(
           report.reads().begin(), report.reads().end(), [&](auto& file) {
             return std::binary_search(files.begin(), files.end(), file);
           });
}

subtask_evidence::subtask_evidence(const pb::RepairUnit& unit,
                                   const toolchain::project& project,
                                   const pb::ToolchainRequest& request,
                                   unit_checker& checker)
  : unit_{unit},
    checker_{checker},
    files_{unit.subtask().files().begin(), unit.subtask().files().end()} {
  auto compiled = toolchain::units_of(project, {});
  auto judged = files_;
  for (auto& name : unit.subtask().units()) {
    judged.insert(name);
    if (std::binary_search(compiled.begin(), compiled.end(), name))
      for (auto& compiler : unit.compilers())
        checks_[{name, compiler}];
  }
  for (auto& tool : request.file_tools())
    for (auto& file : judged)
      if (toolchain::judges(tool, file)) {
        file_tools_.insert(tool.name());
        checks_[{file, tool.name()}];
      }
  changed({}, {unit.known().begin(), unit.known().end()});
  for (auto& [what, one] : checks_)
    one.is_made_here = false;
}

expected<void> subtask_evidence::complete(const std::set<std::string>& tools) {
  std::map<std::string, std::vector<std::string>> missing; // Tools by unit.
  for (auto& [what, one] : checks_)
    if (!one.is_known && (tools.empty() || tools.count(what.second) > 0))
      missing[what.first].push_back(what.second);
  for (auto& [name, judges] : missing) {
    auto reports = checker_.check(name, judges);
    if (!reports)
      return reports.error();
    changed({}, *reports);
  }
  return {};
}

void subtask_evidence::changed(const std::vector<std::string>& files,
                               const std::vector<pb::UnitReport>& fresh) {
  for (auto& [what, one] : checks_)
    if (!files.empty() && !holds_after(one.report, files))
      one = {};
  for (auto& report : fresh) {
    auto found = checks_.find({report.unit(), report.tool()});
    if (found != checks_.end())
      found->second = {report, true, true};
  }
}

std::vector<pb::UnitReport> subtask_evidence::reports() const {
  std::vector<pb::UnitReport> result;
  for (auto& [what, one] : checks_)
    if (one.is_known)
      result.push_back(one.report);
  return result;
}

std::vector<pb::UnitReport> subtask_evidence::checked() const {
  std::vector<pb::UnitReport> result;
  for (auto& [what, one] : checks_)
    if (one.is_made_here && one.report.failure().empty())
      result.push_back(one.report);
  return result;
}

std::vector<pb::Leftover>
subtask_evidence::left(const std::string& reason,
                       const std::set<std::string>& tools) const {
  auto asked = tools;
  for (auto& [what, one] : checks_)
    if (tools.empty())
      asked.insert(what.second);
  std::vector<std::string> order{unit_.compilers().begin(),
                                 unit_.compilers().end()};
  for (auto& tool : asked)
    if (std::find(order.begin(), order.end(), tool) == order.end())
      order.push_back(tool);
  std::erase_if(order, [&](auto& tool) { return asked.count(tool) == 0; });
  report_book book{std::move(order), {files_.begin(), files_.end()}};
  for (auto& [what, one] : checks_)
    if (one.is_known)
      book.store(one.report);
  auto result = leftovers(book, unit_.subtask(), {}, [&](const std::string&) {
    return place_note{reason, pb::BLOCKAGE_REASON_COMPLEXITY_EXCEEDED};
  });
  for (auto& [what, one] : checks_)
    if (file_tools_.count(what.second) > 0 && asked.count(what.second) > 0
        && !one.report.failure().empty() && !names(result, one.report))
      result.push_back(without_verdict(one.report));
  return result;
}

std::set<std::string> subtask_evidence::file_tools() const {
  return file_tools_;
}

std::vector<std::pair<std::string, std::string>>
subtask_evidence::checks() const {
  std::vector<check> result;
  for (auto& [what, one] : checks_)
    result.push_back(what);
  return result;
}

subtask_evidence::totals subtask_evidence::count() const {
  totals result;
  for (auto& [what, one] : checks_)
    for (auto& error : one.report.diagnostics())
      if (is_error(error)) {
        ++result.all;
        result.own += files_.count(error.location().file()) > 0 ? 1 : 0;
      }
  return result;
}

std::string
subtask_evidence::why_no_progress(const subtask_evidence& later) const {
  for (auto& [what, one] : checks_) {
    auto& after = later.checks_.at(what).report;
    if (one.report.ok() && !after.ok())
      return what.second + " refuses " + what.first + ", which it accepted";
    if (one.report.failure().empty() && !after.failure().empty())
      return after.failure();
  }
  auto before = count();
  auto after = later.count();
  if (after.all > before.all)
    return counted(after.all, "finding") + " instead of "
           + std::to_string(before.all);
  if (after.own >= before.own)
    return counted(after.own, "finding") + " of " + std::to_string(before.own)
           + (after.own == 1 ? " is" : " are") + " left";
  return {};
}

} // namespace cohort::runtime::execution
