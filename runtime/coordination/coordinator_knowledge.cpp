#include "runtime/coordination/coordinator_knowledge.hpp"

#include <set>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/coordination/error_digests.hpp"
#include "runtime/coordination/work_units.hpp"

namespace cohort::runtime::coordination {

namespace {

/// Files that others merged since the subtask was given its tree.
std::vector<std::string> merged_since(const coordinator_state& state,
                                      size_t index) {
  auto& own = state.plan.subtasks(static_cast<int>(index)).id();
  std::set<std::string> result;
  for (auto m = state.subtasks[index].merges_before; m < state.merges.size();
       ++m)
    if (state.merges[m].subtask_id() != own)
      result.insert(state.merges[m].files().begin(),
                    state.merges[m].files().end());
  return {result.begin(), result.end()};
}

} // namespace

pb::Evidence open_evidence(const coordinator_state& state) {
  auto evidence = analysis::gather(state.tree, state.reports);
  auto digests = error_digests(evidence);
  auto is_exhausted = [&](const pb::Diagnostic& diagnostic) {
    auto known = state.exhausted.find(diagnostic.location().file());
    return known != state.exhausted.end()
           && known->second == digests[known->first];
  };
  google::protobuf::RepeatedPtrField<pb::Diagnostic> all;
  all.Swap(evidence.mutable_diagnostics());
  evidence.clear_groups(); // Their indices would point elsewhere.
  for (auto& diagnostic : all)
    if (!is_exhausted(diagnostic))
      *evidence.add_diagnostics() = std::move(diagnostic);
  return evidence;
}

std::vector<pb::UnitReport> known_reports(const coordinator_state& state,
                                          const unit_filter& wanted) {
  std::vector<pb::UnitReport> result;
  std::vector<std::string> changed{state.changed.begin(), state.changed.end()};
  for (auto& report : state.reports)
    if (wanted(report.unit()) && holds(report, changed))
      result.push_back(report);
  // A subtask's checks saw the tree that it was given and its own patch.
  std::vector<pb::UnitReport> more;
  for (size_t i = 0; i < state.subtasks.size(); ++i) {
    auto& subtask = state.subtasks[i];
    if (subtask.phase != subtask_phase::merged
        && subtask.phase != subtask_phase::empty)
      continue;
    auto since = merged_since(state, i);
    for (auto& report : subtask.result.repair().checked())
      if (wanted(report.unit()) && holds(report, since))
        more.push_back(report);
  }
  add_missing(result, more);
  return result;
}

std::vector<pb::UnitReport> known_reports(const coordinator_state& state) {
  return known_reports(state, [](auto&) { return true; });
}

pb::ReviewRequest review_request(const coordinator_state& state,
                                 unsigned workers) {
  pb::ReviewRequest request;
  request.set_task_id(state.start.request().task_id());
  *request.mutable_decomposition() = state.plan;
  *request.mutable_evidence() = open_evidence(state);
  *request.mutable_scope() = state.start.request().scope();
  request.set_workers(workers);
  std::set<std::string> types{""}; // Any judge may propose another specialty.
  for (auto& subtask : state.plan.subtasks())
    types.insert(subtask.error_type());
  for (auto& record : state.start.learnt().kinds())
    if (types.count(record.error_type()) > 0)
      *request.add_record() = record;
  *request.mutable_judges() = state.start.learnt().judges();
  return request;
}

pb::CoordinationReport report_of(const coordinator_state& state) {
  pb::CoordinationReport report;
  report.set_task_id(state.start.request().task_id());
  report.set_tree(state.tree);
  report.set_needs_fallback(state.needs_fallback);
  report.set_why(state.why);
  report.set_refused(state.refused);
  report.set_rounds(state.round);
  if (state.error)
    *report.mutable_error() = *state.error;
  *report.mutable_plan() = state.first_plan;
  for (auto& verdict : state.first_verdicts)
    *report.add_verdicts() = verdict;
  for (auto& past : state.history)
    *report.add_subtasks() = past;
  for (auto& fix : state.fixes)
    *report.add_fixes() = fix;
  for (auto& [file, left] : state.left)
    for (auto& leftover : left)
      *report.add_left() = leftover;
  for (auto& known : known_reports(state))
    *report.add_reports() = std::move(known);
  return report;
}

} // namespace cohort::runtime::coordination
