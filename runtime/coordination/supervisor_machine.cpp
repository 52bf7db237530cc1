#include "runtime/coordination/supervisor_machine.hpp"

#include <iterator>
#include <utility>

#include "runtime/coordination/repeated.hpp"
#include "runtime/coordination/specialists.hpp"
#include "runtime/coordination/supervisor_knowledge.hpp"
#include "runtime/coordination/supervisor_step.hpp"
#include "runtime/coordination/work_units.hpp"

namespace cohort::runtime::coordination {

void supervisor_step::operator()(pb::TaskRequest& request) {
  if (state_.phase != supervisor_phase::idle)
    return;
  belongs_to(request.task_id());
  specialise(request, settings_.who);
  auto& event = emit("accepted");
  *event.mutable_accepted()->mutable_request() = std::move(request);
  apply(event);
  go_on();
}

void supervisor_step::operator()(pb::SnapshotReport& report) {
  if (state_.phase != supervisor_phase::snapshotting)
    return;
  auto& event = emit("the workspace as it is");
  event.mutable_snapshot()->set_tree(report.tree());
  event.mutable_snapshot()->set_files(report.files());
  event.mutable_snapshot()->set_base_tree(report.base_tree());
  apply(event);
  go_on();
}

void supervisor_step::operator()(pb::AttemptResult& result) {
  if (state_.phase == supervisor_phase::probing)
    return on_check(result);
  if (result.ticket() != state_.only_unit)
    return;
  if (state_.phase == supervisor_phase::preparing)
    on_prepared(result);
  else if (state_.phase == supervisor_phase::working)
    on_worked(result);
  else if (state_.phase == supervisor_phase::blaming)
    on_trial(result);
}

void supervisor_step::operator()(const pb::BreakerChange& change) {
  tell(change);
}

void supervisor_step::operator()(pb::CoordinationReport& report) {
  if (state_.phase != supervisor_phase::coordinating)
    return;
  take_in(state_, std::move(report));
  go_on();
}

void supervisor_step::operator()(coordinator_down& down) {
  if (state_.phase != supervisor_phase::coordinating)
    return;
  state_.coordinator_death = std::move(down.why);
  pb::ReadEvents read;
  read.set_task_id(state_.request.task_id());
  carry_out(std::move(read));
}

void supervisor_step::operator()(pb::EventList& history) {
  if (state_.phase == supervisor_phase::idle)
    return resume(std::move(history));
  if (state_.phase != supervisor_phase::coordinating
      || !state_.coordinator_death)
    return;
  history_ = std::move(history);
  auto why = *std::exchange(state_.coordinator_death, std::nullopt);
  auto starts = state_.coordinator_starts;
  if (!state_.out_of_time
      && starts <= settings_.supervision.max_coordinator_restarts) {
    say(pb::PROGRESS_KIND_MESSAGE, "coordinator", "restarted", why);
    return coordinate(starts + 1);
  }
  why = "the coordinator died " + std::to_string(starts)
        + (starts == 1 ? " time: " : " times: ") + why;
  if (!settings_.supervision.fallback && !state_.out_of_time)
    return end_early(pb::TASK_OUTCOME_INTERNAL_ERROR, why);
  take_over(why);
}

void supervisor_step::operator()(pb::CompareReport& report) {
  auto is_for_gates = state_.phase == supervisor_phase::comparing;
  auto is_for_blame = state_.phase == supervisor_phase::blaming
                      && !state_.blame;
  if (!is_for_gates && !is_for_blame)
    return;
  state_.compared = to_vector(report.changed());
  state_.objections = to_vector(report.objections());
  if (is_for_gates)
    gate();
  else
    blame();
}

void supervisor_step::operator()(pb::GatesFinished& gates) {
  if (state_.phase != supervisor_phase::gating
      || gates.run() != state_.gate_run)
    return;
  for (auto& change : gates.breakers())
    tell(change);
  auto fresh = missing_from(state_.known,
                            {gates.after().begin(), gates.after().end()});
  for (auto& reports : in_batches(std::move(fresh))) {
    auto& event = emit("units that read a changed file were checked");
    event.mutable_gates_checked()->mutable_reports()->Assign(
      std::make_move_iterator(reports.begin()),
      std::make_move_iterator(reports.end()));
    apply(event);
  }
  auto& event = emit("gates judged the integrated tree");
  auto& decided = *event.mutable_gates();
  decided.set_tree(state_.tree);
  decided.mutable_reports()->Swap(gates.mutable_reports());
  decided.set_error(gates.error());
  decided.mutable_broken_units()->Swap(gates.mutable_broken_units());
  for (auto& file : state_.compared)
    decided.add_changed_files(file.file());
  apply(event);
  go_on();
}

void supervisor_step::operator()(pb::RevertReport& report) {
  if (state_.phase == supervisor_phase::blaming && state_.blame
      && state_.only_unit == 0)
    return on_taken_back(report.tree());
  if (state_.phase != supervisor_phase::reverting)
    return;
  auto files = files_to_revert(state_);
  auto& event = emit("a gate failed");
  auto& reverted = *event.mutable_reverted();
  reverted.set_tree(report.tree());
  reverted.mutable_files()->Add(files.begin(), files.end());
  apply(event);
  go_on();
}

void supervisor_step::operator()(pb::DeliveryReport& report) {
  if (state_.phase != supervisor_phase::delivering)
    return;
  auto& event = emit("handed over");
  event.mutable_delivered()->set_branch(report.branch());
  event.mutable_delivered()->set_patch_file(report.patch_file());
  event.mutable_delivered()->set_applied(report.applied());
  event.mutable_delivered()->set_apply_refused(report.apply_refused());
  apply(event);
  go_on();
}

void supervisor_step::operator()(deadline_passed&) {
  if (state_.out_of_time)
    return;
  auto is_near_end = state_.phase >= supervisor_phase::comparing;
  auto& event = emit("the task's time is over");
  event.mutable_deadline_passed();
  apply(event);
  say(pb::PROGRESS_KIND_MESSAGE, "deadline", "passed", event.reason());
  if (state_.phase == supervisor_phase::coordinating)
    return carry_out(stop_coordinator{event.reason()}); // And reports.
  auto is_blaming = state_.phase == supervisor_phase::blaming;
  if (is_blaming) // Nobody is to blame yet: it stays as it was judged.
    state_.phase = supervisor_phase::judged;
  if (is_blaming || !is_near_end) // Else what was done is handed over.
    go_on();
}

void supervisor_step::operator()(cancelled& why) {
  auto& event = emit(why.reason);
  event.mutable_cancelled()->set_reason(why.reason);
  apply(event);
  go_on();
}

void supervisor_step::operator()(error& why) {
  if (state_.phase == supervisor_phase::blaming) {
    say(pb::PROGRESS_KIND_MESSAGE, "gates", "failed", why.message);
    state_.blame_failed = true; // It stays as it was judged.
    state_.phase = supervisor_phase::judged;
    return go_on();
  }
  auto outcome = pb::TASK_OUTCOME_FAILED;
  if (why.code == errc::workspace_unreadable || why.code == errc::no_toolchain)
    outcome = pb::TASK_OUTCOME_PRECONDITION;
  else if (why.code == errc::internal)
    outcome = pb::TASK_OUTCOME_INTERNAL_ERROR;
  end_early(outcome, why.message);
}

void supervisor_step::operator()(error&& why) {
  (*this)(why);
}

supervisor_decision decide(supervisor_state& state, supervisor_input input,
                           const supervisor_settings& settings) {
  supervisor_step next{state, settings};
  if (state.phase != supervisor_phase::done)
    std::visit(next, input);
  return std::move(next).take();
}

} // namespace cohort::runtime::coordination
