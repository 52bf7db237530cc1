#include "runtime/coordination/synthesis.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/reported.hpp"
#include "runtime/coordination/repeated.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/quality/gates.hpp"
#include "runtime/quality/report.hpp"

namespace cohort::runtime::coordination {

namespace {

using place = std::pair<std::string, uint32_t>;

/// Why each error is still there, as the workers said. Another tool words it in
/// another way, and a repair further up moves lines.
class reasons {
public:
  explicit reasons(const supervisor_state& state) {
    for (auto& left : state.coordination.left())
      add(left);
    for (auto& left : state.sequential.repair().left())
      add(left);
  }

  [[nodiscard]] const pb::Leftover* find(const pb::Diagnostic& error) const {
    auto& where = error.location();
    if (auto worded = by_words_.find({where.file(), error.message()});
        worded != by_words_.end())
      return worded->second;
    auto placed = by_place_.find({where.file(), where.line()});
    return placed == by_place_.end() ? nullptr : placed->second;
  }

private:
  void add(const pb::Leftover& left) {
    auto& where = left.diagnostic().location();
    by_words_[{where.file(), left.diagnostic().message()}] = &left;
    by_place_[{where.file(), where.line()}] = &left;
  }

  std::map<std::pair<std::string, std::string>, const pb::Leftover*> by_words_;
  std::map<place, const pb::Leftover*> by_place_;
};

const pb::Culprit* culprit_in(const supervisor_state& state,
                              const std::string& file) {
  for (auto& culprit : state.culprits.culprits())
    if (culprit.file() == file)
      return &culprit;
  return nullptr;
}

pb::Leftover explain(const supervisor_state& state, const pb::Diagnostic& error,
                     const pb::Leftover* said) {
  pb::Leftover left;
  *left.mutable_diagnostic() = error;
  if (auto* culprit = culprit_in(state, error.location().file())) {
    left.set_reason(
      "what repaired it was left out, because with it "
      + (culprit->tests().empty()
           ? "the project does not build"
           : quality::name_some(to_vector(culprit->tests())) + " fails"));
    left.set_blockage(pb::BLOCKAGE_REASON_COMPLEXITY_EXCEEDED);
  } else if (said != nullptr) {
    left.set_reason(said->reason());
    left.set_blockage(said->blockage());
  } else if (!decomposition::in_scope(state.request.scope(),
                                      error.location().file())) {
    left.set_reason("outside the task's scope");
    left.set_blockage(pb::BLOCKAGE_REASON_SCOPE_CLARIFICATION);
  } else if (state.out_of_time) {
    left.set_reason("the task's time was over");
    left.set_blockage(pb::BLOCKAGE_REASON_RESOURCE_EXHAUSTED);
  } else {
    left.set_reason("neither a compiler nor a rule proposes a fix that holds");
    left.set_blockage(pb::BLOCKAGE_REASON_COMPLEXITY_EXCEEDED);
  }
  return left;
}

/// One entry for each place that has an error, the first one reported there.
void list_left(const supervisor_state& state, const pb::Evidence& after,
               pb::TaskResult& result) {
  reasons said{state};
  std::set<place> seen;
  for (auto& error : after.diagnostics()) {
    if (error.severity() < pb::SEVERITY_ERROR
        || !seen.emplace(error.location().file(), error.location().line())
              .second)
      continue;
    *result.add_left() = explain(state, error, said.find(error));
  }
  for (auto& report : after.units())
    if (!report.failure().empty()) {
      auto& left = *result.add_left();
      left.mutable_diagnostic()->mutable_location()->set_file(report.unit());
      left.mutable_diagnostic()->set_tool(report.tool());
      left.mutable_diagnostic()->set_message("no verdict: " + report.failure());
      left.set_reason("the compiler gave no verdict");
      left.set_blockage(pb::BLOCKAGE_REASON_EXTERNAL);
    }
}

std::string counted(size_t n, const char* singular, const char* plural) {
  return std::to_string(n) + ' ' + (n == 1 ? singular : plural);
}

/// Though the words ask for something else.
bool looked_for_errors_alone(const supervisor_state& state) {
  auto& toolchain = state.request.toolchain();
  return state.task.specialty().kind() != pb::SPECIALTY_KIND_COMPILATION_ERRORS
         && toolchain.warnings().empty() && toolchain.tidy_checks().empty()
         && toolchain.file_tools().empty();
}

std::string sentence(const supervisor_state& state,
                     const pb::TaskResult& result, size_t unseen) {
  if (result.errors_before() == 0 && result.left().empty())
    return "every unit compiles; there is nothing to repair"
           + std::string{
             looked_for_errors_alone(state)
               ? " (only compile errors were looked for: --warnings,"
                 " --checks or a specialty would name other work)"
               : ""};
  auto text = counted(result.errors_before(), "place", "places")
              + " with errors before, " + std::to_string(result.errors_after())
              + " after; " + counted(result.fixes_kept(), "fix", "fixes")
              + " in " + counted(state.changed_files.size(), "file", "files");
  if (!state.reverted.empty())
    text += "; " + counted(state.reverted.size(), "file", "files")
            + " taken back because a gate failed";
  if (auto out = state.culprits.culprits_size(); out > 0)
    text += "; " + counted(static_cast<size_t>(out), "change", "changes")
            + " left out, because tests fail with "
            + (out == 1 ? "it" : "them");
  if (unseen > 0)
    text += "; " + counted(unseen, "cause", "causes") + " in the log alone";
  if (state.out_of_time)
    text += "; the time was over";
  return text;
}

bool any_gate_failed(const supervisor_state& state) {
  return !state.gates.error().empty()
         || !quality::passed(to_vector(state.gates.reports()));
}

pb::TaskOutcome outcome_of(const supervisor_state& state,
                           const pb::TaskResult& result) {
  auto refused = state.coordination.refused() && !state.fell_back;
  if (refused && state.changed_files.empty())
    return pb::TASK_OUTCOME_REFUSED;
  if (result.left().empty() && result.culprits().empty()
      && !any_gate_failed(state))
    return pb::TASK_OUTCOME_DONE;
  return state.changed_files.empty() ? pb::TASK_OUTCOME_FAILED
                                     : pb::TASK_OUTCOME_PARTIAL;
}

void add_fixes(const supervisor_state& state, pb::TaskResult& result) {
  *result.mutable_fixes() = state.coordination.fixes();
  for (auto& fix : state.sequential.repair().attempts())
    *result.add_fixes() = fix;
  auto& fixes = result.fixes();
  result.set_fixes_kept(static_cast<uint32_t>(std::count_if(
    fixes.begin(), fixes.end(), [](auto& fix) { return fix.kept(); })));
}

void add_subtasks(const supervisor_state& state, pb::TaskResult& result) {
  *result.mutable_subtasks() = state.coordination.subtasks();
  if (state.sequential.attempt() > 0) {
    auto& only = *result.add_subtasks();
    only.set_subtask_id(state.fell_back ? "fallback" : "sequential");
    only.set_title("everything that is open");
    only.set_worker(state.sequential.worker());
    only.set_merged(state.sequential.has_patch());
    only.set_state(state.sequential.has_error() ? "failed"
                   : only.merged()              ? "merged"
                                                : "nothing repaired");
    only.set_attempts(state.sequential.attempt());
    *only.mutable_executors() = state.sequential.repair().executors();
    only.set_seconds(state.sequential.metrics().wall_seconds());
  }
  auto& subtasks = result.subtasks();
  result.set_subtasks_total(static_cast<uint32_t>(subtasks.size()));
  result.set_subtasks_done(static_cast<uint32_t>(std::count_if(
    subtasks.begin(), subtasks.end(), [](auto& x) { return x.merged(); })));
}

} // namespace

size_t list_unseen(const supervisor_state& state, const pb::Evidence& after,
                   pb::TaskResult& result) {
  pb::Evidence repaired;
  for (auto& attempt : result.fixes()) {
    if (!attempt.kept())
      continue;
    auto& fix = attempt.fix();
    auto& error = *repaired.add_diagnostics();
    error.set_severity(pb::SEVERITY_ERROR);
    error.mutable_location()->set_file(fix.target_file());
    error.mutable_location()->set_line(fix.target_line());
    error.set_message(fix.message());
    error.set_error_type(std::string{analysis::error_type(fix.message(), "")});
  }
  auto all = analysis::unseen_causes(state.request.reported(),
                                     {&result.evidence(), &after, &repaired});
  for (auto& unseen : all) {
    auto& left = *result.add_left();
    *left.mutable_diagnostic() = analysis::as_diagnostic(unseen.cause);
    left.set_reason(analysis::why_unseen(unseen));
    left.set_blockage(unseen.is_checked
                        ? pb::BLOCKAGE_REASON_SCOPE_CLARIFICATION
                        : pb::BLOCKAGE_REASON_EXTERNAL);
  }
  return all.size();
}

uint32_t error_places(const pb::Evidence& evidence) {
  std::set<place> places;
  for (auto& diagnostic : evidence.diagnostics())
    if (diagnostic.severity() >= pb::SEVERITY_ERROR)
      places.emplace(diagnostic.location().file(),
                     diagnostic.location().line());
  return static_cast<uint32_t>(places.size());
}

pb::TaskResult synthesise(const supervisor_state& state) {
  auto result = ended_early(state, pb::TASK_OUTCOME_UNSPECIFIED, "");
  auto after = analysis::gather(state.tree, state.known);
  *result.mutable_gates() = state.gates.reports();
  result.set_errors_after(error_places(after));
  list_left(state, after, result);
  auto unseen = list_unseen(state, after, result);
  auto& patch = *result.mutable_patch();
  patch.set_base_tree(state.base_tree);
  patch.set_result_tree(state.tree);
  patch.mutable_files()->Add(state.changed_files.begin(),
                             state.changed_files.end());
  *result.mutable_culprits() = state.culprits.culprits();
  *result.mutable_flaky_tests() = state.culprits.flaky_tests();
  result.set_outcome(outcome_of(state, result));
  result.set_summary(result.outcome() == pb::TASK_OUTCOME_REFUSED
                       ? state.coordination.why()
                       : sentence(state, result, unseen));
  if (!state.gates.error().empty())
    result.set_summary(result.summary()
                       + "; the gates could not run: " + state.gates.error());
  return result;
}

pb::TaskResult ended_early(const supervisor_state& state,
                           pb::TaskOutcome outcome, const std::string& why) {
  pb::TaskResult result;
  result.set_task_id(state.request.task_id());
  result.set_chaos(state.request.chaos());
  result.set_outcome(outcome);
  result.set_summary(why);
  *result.mutable_routing() = state.routing;
  *result.mutable_plan() = state.coordination.plan();
  *result.mutable_verdicts() = state.coordination.verdicts();
  auto evidence = analysis::gather(state.base_tree, state.before);
  result.set_errors_before(error_places(evidence));
  *result.mutable_evidence() = std::move(evidence);
  result.set_fell_back(state.fell_back);
  result.set_fallback_reason(state.fallback_reason);
  add_fixes(state, result);
  add_subtasks(state, result);
  return result;
}

std::string commit_message(const supervisor_state& state,
                           const pb::TaskResult& result) {
  auto first_line = state.request.description().substr(
    0, state.request.description().find('\n'));
  if (first_line.size() > 72)
    first_line = first_line.substr(0, 69) + "...";
  auto text = first_line + "\n\n" + result.summary() + ".\n";
  for (auto& fix : result.fixes())
    if (fix.kept())
      text += "\n- " + fix.fix().target_file() + ':'
              + std::to_string(fix.fix().target_line()) + ": "
              + fix.fix().message();
  return text + "\n\nTask: " + state.request.task_id() + '\n';
}

int exit_code(pb::TaskOutcome outcome) {
  switch (outcome) {
    case pb::TASK_OUTCOME_DONE:
      return 0;
    case pb::TASK_OUTCOME_PARTIAL:
      return 3;
    case pb::TASK_OUTCOME_FAILED:
      return 1;
    case pb::TASK_OUTCOME_PRECONDITION:
      return 4;
    case pb::TASK_OUTCOME_REFUSED:
      return 5;
    case pb::TASK_OUTCOME_CANCELLED:
      return 130;
    default:
      return 70;
  }
}

} // namespace cohort::runtime::coordination
