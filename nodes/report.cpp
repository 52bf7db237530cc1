#include "nodes/report.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include "nodes/council_report.hpp"
#include "nodes/report_words.hpp"
#include "runtime/analysis/evidence.hpp"

namespace cohort::nodes {

namespace {

namespace pb = messages::v1;
using nlohmann::json;

void add_gates(const pb::TaskResult& result, std::string& out) {
  if (result.gates().empty())
    return;
  out += "\ngates\n";
  for (auto& gate : result.gates()) {
    out += "  " + padded(name_of(gate.kind()), 13)
           + padded(name_of(gate.verdict()), 14)
           + (gate.advisory() ? "(advisory) " : "") + gate.details() + '\n';
    for (auto& suggestion : gate.suggestions())
      out += "                             " + suggestion + '\n';
  }
}

/// "src/a.cc:7", and what it breaks. Of a repair such changes are left out.
void add_culprits(const pb::TaskResult& result, std::string& out) {
  auto is_repair = result.subtasks_total() > 0;
  if (!result.culprits().empty())
    out += (is_repair ? "\nleft out (" : "\nto blame (")
           + std::to_string(result.culprits_size()) + ")\n";
  for (auto& culprit : result.culprits())
    out += "  " + in_front(place(place_of(culprit))) + harm_of(culprit) + '\n';
  if (!result.flaky_tests().empty())
    out += "flaky: " + listed(result.flaky_tests()) + '\n';
}

void add_objections(const pb::TaskResult& result, std::string& out) {
  constexpr size_t shown_max = 20;
  size_t count = 0;
  std::string lines;
  for (auto& gate : result.gates())
    for (auto& objection : gate.objections())
      if (++count <= shown_max)
        lines += "  " + in_front(place(objection.location()))
                 + cut(objection.message(), 90) + " (" + objection.rule()
                 + ")\n";
  if (count == 0)
    return;
  out += "\nobjections (" + std::to_string(count) + ")\n" + lines;
  if (count > shown_max)
    out += "  ... " + std::to_string(count - shown_max)
           + " more (--output-format json lists all)\n";
}

void add_left(const pb::TaskResult& result, std::string& out) {
  if (result.left().empty())
    return;
  constexpr int shown_max = 20;
  out += "\nleft (" + std::to_string(result.left_size()) + ")\n";
  for (int i = 0; i < std::min(result.left_size(), shown_max); ++i) {
    auto& left = result.left(i);
    out += "  " + place(left.diagnostic().location()) + ": "
           + cut(left.diagnostic().message(), 90) + "\n      " + left.reason()
           + '\n';
  }
  if (result.left_size() > shown_max)
    out += "  ... " + std::to_string(result.left_size() - shown_max)
           + " more (--output-format json lists all)\n";
}

/// What is in the result of executors beside fixit and clang-tidy, whose fixes
/// are told one by one.
void add_changed_by(const pb::TaskResult& result, std::string& out) {
  auto& files = result.patch().files();
  std::set<std::string> lines;
  for (auto& subtask : result.subtasks())
    for (auto& run : subtask.executors())
      for (auto& file : run.files())
        if (subtask.merged() && run.executor() != "fixit"
            && run.executor() != "clang_tidy"
            && std::find(files.begin(), files.end(), file) != files.end())
          lines.insert("  " + file + ": by " + run.executor() + '\n');
  for (auto& line : lines)
    out += line;
}

void add_kept(const pb::TaskResult& result, std::string& out) {
  std::string lines;
  for (auto& fix : result.fixes())
    if (fix.kept())
      lines += "  " + fix.fix().target_file() + ':'
               + std::to_string(fix.fix().target_line()) + ": "
               + cut(fix.fix().message(), 90) + '\n';
  add_changed_by(result, lines);
  if (!lines.empty())
    out += "\nrepaired ("
           + std::to_string(std::count(lines.begin(), lines.end(), '\n'))
           + ")\n" + lines;
}

void add_workers(const pb::TaskResult& result, std::string& out) {
  std::vector<const pb::WorkerBreakdown*> busy;
  for (auto& worker : result.workers())
    if (worker.units() + worker.failed() > 0)
      busy.push_back(&worker);
  if (busy.empty())
    return;
  out += "\nworkers\n";
  for (auto* worker : busy)
    out += "  " + padded(worker->worker(), 6)
           + padded(std::to_string(worker->units()) + " units", 12)
           + padded(std::to_string(worker->subtasks()) + " subtasks", 14)
           + padded(std::to_string(worker->failed()) + " failed", 12)
           + number(worker->busy_seconds(), 1) + " s busy\n";
}

void add_times(const pb::TaskResult& result, std::string& out) {
  out += "\ntime " + number(result.wall_seconds(), 1) + " s";
  if (result.phase_seconds_size() == 3)
    out += " (probe " + number(result.phase_seconds(0), 1) + ", work "
           + number(result.phase_seconds(1), 1) + ", gates "
           + number(result.phase_seconds(2), 1) + ")";
  if (result.sequential_estimate_seconds() > 0)
    out += "; one worker alone: about "
           + number(result.sequential_estimate_seconds(), 1) + " s";
  out += '\n';
}

void add_checks(const pb::TaskResult& result, std::string& out) {
  auto& metrics = result.metrics();
  if (metrics.checks() + metrics.cache_hits() == 0)
    return;
  out += "checks " + std::to_string(metrics.checks()) + ", "
         + number(metrics.cpu_seconds(), 1) + " s of CPU";
  if (metrics.cache_hits() > 0)
    out += "; " + std::to_string(metrics.cache_hits())
           + " more were known, which saved "
           + number(metrics.seconds_saved(), 1) + " s";
  out += '\n';
}

void add_reasons(const google::protobuf::RepeatedPtrField<pb::Reason>& reasons,
                 std::string& out) {
  for (auto& reason : reasons) {
    out += "  " + padded(reason.name(), 24);
    if (reason.contribution() != 0)
      out += (reason.contribution() > 0 ? "+" : "")
             + number(reason.contribution()) + "  ";
    out += reason.text() + '\n';
  }
}

void add_evidence(const pb::Evidence& evidence, std::string& out) {
  out += "\nevidence: " + std::to_string(evidence.units_size()) + " checks, "
         + std::to_string(runtime::analysis::failing_units(evidence).size())
         + " units with errors, "
         + std::to_string(runtime::analysis::count_errors(evidence))
         + " distinct errors in " + std::to_string(evidence.groups_size())
         + " groups\n";
  constexpr int shown_max = 30;
  for (int i = 0; i < std::min(evidence.groups_size(), shown_max); ++i) {
    auto& group = evidence.groups(i);
    out += "  " + padded(group.id(), 5) + padded(group.error_type(), 24)
           + padded(std::to_string(group.diagnostics_size()), 5)
           + place(group.cause()) + ": " + cut(group.message(), 70) + '\n';
  }
  if (evidence.groups_size() > shown_max)
    out += "  ... " + std::to_string(evidence.groups_size() - shown_max)
           + " more\n";
}

void add_subtasks(const pb::Decomposition& plan, std::string& out) {
  out += "\nsplit: " + counted(plan.subtasks_size(), "subtask") + " ("
         + plan.strategy() + ")\n";
  for (auto& subtask : plan.subtasks()) {
    out += "  " + padded(subtask.id(), 5) + cut(subtask.title(), 80) + "  ("
           + counted(subtask.diagnostics_size(), "error") + ", "
           + counted(subtask.files_size(), "file") + ", about "
           + number(subtask.effort_seconds(), 1) + " s)\n";
    for (auto& dependency : subtask.depends_on())
      out += "       after " + dependency.subtask_id() + '\n';
  }
}

} // namespace

std::string_view outcome_name(pb::TaskOutcome outcome) {
  switch (outcome) {
    case pb::TASK_OUTCOME_DONE:
      return "done";
    case pb::TASK_OUTCOME_PARTIAL:
      return "partial";
    case pb::TASK_OUTCOME_FAILED:
      return "failed";
    case pb::TASK_OUTCOME_PRECONDITION:
      return "cannot start";
    case pb::TASK_OUTCOME_REFUSED:
      return "refused";
    case pb::TASK_OUTCOME_CANCELLED:
      return "cancelled";
    default:
      return "internal error";
  }
}

std::string summary_text(const pb::TaskResult& result) {
  auto out = std::string{outcome_name(result.outcome())} + ": "
             + result.summary() + "\n";
  out += "task " + result.task_id();
  if (result.routing().mode() != pb::EXECUTION_MODE_UNSPECIFIED)
    out += ", " + mode_name(result.routing().mode()) + " (score "
           + number(result.routing().score().score()) + ")";
  if (result.subtasks_total() > 0)
    out += ", " + std::to_string(result.subtasks_done()) + " of "
           + std::to_string(result.subtasks_total()) + " subtasks merged";
  out += '\n';
  if (!result.chaos().empty())
    out += "chaos, as asked for: " + result.chaos() + '\n';
  if (result.fell_back())
    out += "fell back to sequential execution: " + result.fallback_reason()
           + '\n';
  add_kept(result, out);
  add_left(result, out);
  add_culprits(result, out);
  add_gates(result, out);
  add_objections(result, out);
  add_workers(result, out);
  add_times(result, out);
  add_checks(result, out);
  auto apply = result.applied() ? std::string{"applied to the working tree"}
                                : "cohort apply " + result.task_id();
  if (!result.branch().empty())
    out += "result: branch " + result.branch() + "   (git diff HEAD.."
           + result.branch() + "; " + apply + ")\n";
  if (!result.patch_file().empty())
    out += "result: " + result.patch_file() + "   (" + apply + ")\n";
  return out;
}

std::string plan_text(const pb::TaskResult& result, bool explain) {
  auto& routing = result.routing();
  std::string out = std::string{outcome_name(result.outcome())} + ": "
                    + result.summary() + "\n";
  out += "\nscore " + number(routing.score().score()) + " +- "
         + number(routing.score().uncertainty()) + "\n";
  add_reasons(routing.score().reasons(), out);
  add_evidence(result.evidence(), out);
  add_left(result, out); // Of a log, what nothing here finds.
  out += "\nroute: " + mode_name(routing.mode()) + "\n";
  add_reasons(routing.reasons(), out);
  auto& benefit = routing.benefit();
  if (benefit.sequential_seconds() > 0)
    out += "  predicted: sequential " + number(benefit.sequential_seconds(), 1)
           + " s, parallel " + number(benefit.parallel_seconds(), 1)
           + " s, speed-up " + number(benefit.speedup()) + " ("
           + number(benefit.speedup_low()) + " to "
           + number(benefit.speedup_high()) + ")\n";
  add_subtasks(result.plan(), out);
  out += council_text(result, explain);
  return out;
}

std::string groups_json(const pb::Evidence& evidence) {
  auto groups = json::array();
  for (auto& group : evidence.groups()) {
    auto diagnostics = json::array();
    for (auto index : group.diagnostics()) {
      auto& diagnostic = evidence.diagnostics(static_cast<int>(index));
      diagnostics.push_back(
        {{"file", diagnostic.location().file()},
         {"line", diagnostic.location().line()},
         {"column", diagnostic.location().byte_column()},
         {"tool", diagnostic.tool()},
         {"message", diagnostic.message()},
         {"units", std::vector<std::string>{diagnostic.units().begin(),
                                            diagnostic.units().end()}}});
    }
    groups.push_back({{"id", group.id()},
                      {"kind", group.error_type()},
                      {"cause",
                       {{"file", group.cause().file()},
                        {"line", group.cause().line()},
                        {"message", group.message()}}},
                      {"diagnostics", std::move(diagnostics)}});
  }
  return json{{"groups", std::move(groups)}}.dump(
    2, ' ', false, json::error_handler_t::replace);
}

std::string to_json(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  auto status = google::protobuf::util::MessageToJsonString(message, &text,
                                                            options);
  if (!status.ok())
    return json{{"error", status.ToString()}}.dump();
  return text;
}

} // namespace cohort::nodes
