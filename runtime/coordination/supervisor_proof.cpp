#include <utility>

#include "runtime/coordination/judgement.hpp"
#include "runtime/coordination/repeated.hpp"
#include "runtime/coordination/supervisor_knowledge.hpp"
#include "runtime/coordination/supervisor_step.hpp"
#include "runtime/coordination/synthesis.hpp"
#include "runtime/coordination/work_units.hpp"
#include "runtime/quality/gates.hpp"

namespace cohort::runtime::coordination {

void supervisor_step::gate() {
  state_.phase = supervisor_phase::gating;
  phase("gates");
  pb::RunGates run;
  run.set_run(++state_.gate_run);
  run.set_task_id(state_.request.task_id());
  run.set_base_tree(state_.base_tree);
  run.set_tree(state_.tree);
  for (auto& file : state_.compared) {
    run.add_changed_files(file.file());
    *run.add_changed() = file;
  }
  *run.mutable_quality() = state_.request.quality();
  for (auto& objection : state_.objections)
    *run.add_objections() = objection;
  run.set_tests_may_change(tests_may_change(state_));
  *run.mutable_scope() = state_.request.scope();
  for (auto& report : state_.before)
    *run.add_before() = report;
  for (auto& report : state_.known)
    *run.add_known() = report;
  *run.mutable_units() = state_.workspace.units();
  *run.mutable_compilers() = state_.workspace.compilers();
  *run.mutable_tools() = state_.workspace.tools();
  run.set_has_tests(state_.workspace.has_tests());
  run.set_workspace_root(state_.request.workspace_root());
  *run.mutable_toolchain() = state_.request.toolchain();
  carry_out(std::move(run));
}

void supervisor_step::after_gates() {
  auto judges_only = state_.request.judge_only();
  auto culprits = files_to_revert(state_);
  if (!judges_only && !culprits.empty() && state_.reverted.empty())
    return revert(culprits); // Only once.
  if (!broken_tests(state_).empty() && state_.culprits.checks() == 0
      && !state_.blame_failed && !state_.out_of_time
      && (!judges_only || state_.request.blame()))
    return look_for_culprits();
  if (judges_only)
    return finish(judgement(state_));
  deliver();
}

void supervisor_step::look_for_culprits() {
  state_.phase = supervisor_phase::blaming;
  say(pb::PROGRESS_KIND_MESSAGE, "gates", "failed",
      "what broke the tests is looked for");
  state_.blame.reset();
  state_.only_unit = 0;
  ask_for_changes();
}

void supervisor_step::blame() {
  if (!state_.blame)
    state_.blame.emplace(state_.compared,
                         to_vector(state_.coordination.subtasks()),
                         broken_tests(state_));
  auto trial = state_.blame->next();
  take_back(trial ? trial->out : state_.blame->taken_back());
}

void supervisor_step::on_taken_back(const std::string& tree) {
  auto trial = state_.blame->next();
  if (!trial)
    return blamed(tree);
  state_.only_unit = ticket();
  auto unit = test_unit(state_.request, tree, state_.only_unit);
  auto& tests = *unit.mutable_tests();
  tests.mutable_only()->Add(trial->tests.begin(), trial->tests.end());
  tests.set_runs(trial->runs);
  pb::SubmitUnits submit;
  *submit.add_units() = std::move(unit);
  carry_out(std::move(submit));
}

void supervisor_step::on_trial(pb::AttemptResult& result) {
  // A worker that was lost says nothing against a change.
  if (!result.has_tests())
    return (*this)(to_error(result));
  state_.only_unit = 0;
  state_.blame->answer(result.tests());
  blame();
}

void supervisor_step::blamed(const std::string& tree) {
  auto& event = emit("the tests fail with these changes, and pass without");
  auto& found = *event.mutable_culprits_found();
  found = state_.blame->found();
  found.set_tree(tree);
  if (found.culprits().empty())
    event.set_reason("no change can be blamed for what fails");
  say(pb::PROGRESS_KIND_MESSAGE, "gates", "blamed",
      std::to_string(found.culprits_size())
        + (found.culprits_size() == 1 ? " culprit" : " culprits"));
  apply(event);
  go_on();
}

void supervisor_step::take_back(const std::vector<pb::FilePart>& parts) {
  pb::RevertFiles revert;
  revert.set_base(state_.base_tree);
  revert.set_tree(state_.tree);
  revert.mutable_parts()->Add(parts.begin(), parts.end());
  carry_out(std::move(revert));
}

void supervisor_step::revert(const std::vector<std::string>& files) {
  state_.phase = supervisor_phase::reverting;
  say(pb::PROGRESS_KIND_MESSAGE, "gates", "failed",
      std::to_string(files.size()) + " files are taken back and judged again");
  pb::RevertFiles revert;
  revert.set_base(state_.base_tree);
  revert.set_tree(state_.tree);
  revert.mutable_files()->Add(files.begin(), files.end());
  carry_out(std::move(revert));
}

void supervisor_step::deliver() {
  if (state_.changed_files.empty())
    return finish(synthesise(state_));
  state_.phase = supervisor_phase::delivering;
  phase("deliver");
  auto result = synthesise(state_);
  pb::DeliverResult message;
  message.set_task_id(state_.request.task_id());
  message.set_workspace_root(state_.request.workspace_root());
  message.set_base_tree(state_.base_tree);
  message.set_result_tree(state_.tree);
  message.set_message(commit_message(state_, result));
  message.set_no_branch(state_.request.no_branch());
  *message.mutable_time() = state_.request.accepted();
  auto passed = quality::passed(to_vector(state_.gates.reports()));
  message.set_apply(state_.request.apply() && passed
                    && state_.gates.error().empty());
  carry_out(std::move(message));
}

void supervisor_step::hand_over() {
  auto result = synthesise(state_);
  auto& delivery = state_.delivery;
  result.set_branch(delivery.branch());
  result.set_patch_file(delivery.patch_file());
  result.set_applied(delivery.applied());
  if (!delivery.apply_refused().empty())
    result.set_summary(result.summary()
                       + "; not applied: " + delivery.apply_refused());
  if (!delivery.apply_refused().empty()
      && result.outcome() == pb::TASK_OUTCOME_DONE)
    result.set_outcome(pb::TASK_OUTCOME_PARTIAL);
  finish(std::move(result));
}

} // namespace cohort::runtime::coordination
