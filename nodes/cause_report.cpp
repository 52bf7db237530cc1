#include "nodes/cause_report.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "nodes/report.hpp"
#include "runtime/workspace/edits.hpp"
#include "runtime/workspace/line_diff.hpp"

namespace cohort::nodes {

namespace {

using runtime::coordination::cause_end;
using runtime::coordination::cause_story;
using runtime::workspace::line_index;

bool same_edits(const pb::Fix& a, const pb::Fix& b) {
  return std::equal(a.edits().begin(), a.edits().end(), b.edits().begin(),
                    b.edits().end(), [](auto& x, auto& y) {
                      return x.file() == y.file() && x.begin() == y.begin()
                             && x.end() == y.end()
                             && x.replacement() == y.replacement();
                    });
}

/// What compilers propose, each set of edits once.
std::vector<pb::Fix> proposals(const cause_story& story) {
  std::vector<pb::Fix> result;
  for (auto& error : story.examples)
    for (auto& fix : error.fixes()) {
      auto is_new
        = std::none_of(result.begin(), result.end(),
                       [&](auto& other) { return same_edits(other, fix); });
      if (is_new && result.size() < cause_story::examples_max)
        result.push_back(fix);
    }
  return result;
}

constexpr uint32_t nowhere = UINT32_MAX;

uint32_t distance(uint32_t x, uint32_t y) {
  return std::max(x, y) - std::min(x, y);
}

/// How far `line` of `file` is from what was kept for the cause, in lines; the
/// offsets of fixes are of a file that others had changed before.
uint32_t distance_to(const cause_story& story, const std::string& file,
                     uint32_t line, const line_index& lines) {
  auto result = nowhere;
  for (auto& attempt : story.tries)
    if (attempt.kept())
      for (auto& edit : attempt.fix().edits())
        if (edit.file() == file)
          result = std::min(result,
                            distance(line, lines.line_of(edit.begin())));
  if (result == nowhere && story.kept > 0 && story.place.file() == file)
    result = distance(line, story.place.line());
  return result;
}

void add_changes(cause_report& report, const std::string& file,
                 std::string_view before, std::string_view after) {
  auto edits = runtime::workspace::line_diff(file, before, after);
  if (!edits)
    return;
  line_index lines{before};
  for (auto& edit : *edits) {
    auto line = lines.line_of(edit.begin());
    auto nearest = nowhere;
    size_t owner = 0;
    for (size_t i = 0; i < report.causes.size(); ++i)
      if (auto far = distance_to(report.causes[i], file, line, lines);
          far < nearest) {
        nearest = far;
        owner = i;
      }
    if (nearest == nowhere)
      continue;
    auto& fixes = report.changes[owner];
    if (fixes.empty()) {
      fixes.emplace_back().set_tool("cohort");
      fixes.back().set_message("what the task changed");
    }
    *fixes.back().add_edits() = std::move(edit);
  }
}

} // namespace

cause_report make_report(const pb::TaskResult& result,
                         std::string workspace_root, const text_source& before,
                         const text_source& after) {
  cause_report report;
  report.workspace_root = std::move(workspace_root);
  if (!result.task_id().empty()) {
    report.task_id = result.task_id();
    report.outcome = outcome_name(result.outcome());
    report.summary = result.summary();
  }
  report.causes = runtime::coordination::tell_causes(result);
  for (auto& story : report.causes) {
    auto& changes = report.changes.emplace_back();
    if (story.end == cause_end::open)
      changes = proposals(story);
  }
  for (auto& file : result.patch().files()) {
    auto* old_text = before(file);
    auto* new_text = after(file);
    if (old_text != nullptr && new_text != nullptr)
      add_changes(report, file, *old_text, *new_text);
  }
  return report;
}

std::optional<report_format> format_of(std::string_view file) {
  if (file.ends_with(".txt"))
    return report_format::text;
  if (file.ends_with(".json"))
    return report_format::json;
  if (file.ends_with(".sarif"))
    return report_format::sarif;
  return std::nullopt;
}

std::string render(const cause_report& report, report_format format,
                   const text_source& before) {
  switch (format) {
    case report_format::json:
      return report_json(report);
    case report_format::sarif:
      return report_sarif(report, before);
    default:
      return report_text(report);
  }
}

std::string counts_of(const cause_report& report) {
  auto n = report.causes.size();
  auto text = std::to_string(n) + (n == 1 ? " cause" : " causes");
  auto separator = ": ";
  for (auto end : {cause_end::repaired, cause_end::gone, cause_end::escalated,
                   cause_end::open}) {
    auto count = std::count_if(report.causes.begin(), report.causes.end(),
                               [&](auto& story) { return story.end == end; });
    if (count == 0)
      continue;
    text += separator + std::to_string(count) + ' ';
    text += to_string(end);
    separator = ", ";
  }
  return text;
}

} // namespace cohort::nodes
