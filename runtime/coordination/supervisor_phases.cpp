#include <algorithm>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/reported.hpp"
#include "runtime/analysis/routing.hpp"
#include "runtime/coordination/acceptance.hpp"
#include "runtime/coordination/coordinator_knowledge.hpp"
#include "runtime/coordination/repeated.hpp"
#include "runtime/coordination/specialists.hpp"
#include "runtime/coordination/supervisor_knowledge.hpp"
#include "runtime/coordination/supervisor_step.hpp"
#include "runtime/coordination/synthesis.hpp"
#include "runtime/coordination/work_units.hpp"
#include "runtime/decomposition/decompose.hpp"

namespace cohort::runtime::coordination {

void supervisor_step::apply(const pb::Event& event) {
  evolve(state_, event);
}

void supervisor_step::phase(const std::string& name, const std::string& text) {
  say(pb::PROGRESS_KIND_PHASE, name, "started", text);
}

uint64_t supervisor_step::ticket() {
  return state_.next_ticket++;
}

void supervisor_step::resume(pb::EventList history) {
  state_ = replay(history, settings_);
  belongs_to(state_.request.task_id());
  if (state_.phase == supervisor_phase::done)
    return tell_again();
  history_ = std::move(history);
  auto& event = emit("the process that had the task ended");
  event.mutable_resumed()->set_time(state_.resumptions + 1);
  apply(event);
  if (ends_with_its_process(state_.request))
    return end_early(pb::TASK_OUTCOME_CANCELLED, "its process ended");
  say(pb::PROGRESS_KIND_MESSAGE, "task", "resumed",
      "goes on where its last process ended");
  go_on();
}

void supervisor_step::go_on() {
  if (state_.cancellation)
    return end_early(pb::TASK_OUTCOME_CANCELLED, *state_.cancellation);
  auto nothing_repaired = state_.phase <= supervisor_phase::probing
                          || state_.phase == supervisor_phase::working;
  if (state_.out_of_time && nothing_repaired)
    return end_early(pb::TASK_OUTCOME_FAILED,
                     state_.request.judge_only()
                       ? "the task's time is over before anything was judged"
                       : "the task's time is over before anything was "
                         "repaired");
  switch (state_.phase) {
    case supervisor_phase::snapshotting:
      return take_snapshot();
    case supervisor_phase::preparing:
      return prepare();
    case supervisor_phase::probing:
      return probe();
    case supervisor_phase::coordinating:
      return coordinate();
    case supervisor_phase::coordinated:
      return after_coordination();
    case supervisor_phase::working:
      return state_.request.plan_only() ? end_plan() : work();
    case supervisor_phase::comparing:
      return state_.request.plan_only() ? end_plan() : compare();
    case supervisor_phase::judged:
      return after_gates();
    case supervisor_phase::delivered:
      return hand_over();
    case supervisor_phase::idle:
    case supervisor_phase::gating:
    case supervisor_phase::blaming:
    case supervisor_phase::reverting:
    case supervisor_phase::delivering:
    case supervisor_phase::done:
      return; // Waits for an answer, or for nothing any more.
  }
}

void supervisor_step::take_snapshot() {
  // Tasks of a journal that knows no specialists are about errors.
  auto is_older = !state_.request.has_specialty();
  if (auto why = state_.request.judge_only() || is_older
                   ? ""
                   : why_unfit(state_.request);
      !why.empty())
    return end_early(pb::TASK_OUTCOME_FAILED, why);
  phase("snapshot");
  pb::TakeSnapshot snapshot;
  snapshot.set_workspace_root(state_.request.workspace_root());
  snapshot.set_with_base(state_.request.judge_only());
  snapshot.set_base_revision(state_.request.base_revision());
  carry_out(std::move(snapshot));
}

void supervisor_step::prepare() {
  phase("prepare");
  state_.only_unit = ticket();
  submit({prepare_unit(state_.request, state_.tree, state_.only_unit)});
}

void supervisor_step::on_prepared(pb::AttemptResult& result) {
  auto why = result.has_error() ? to_error(result) : error{};
  auto is_tolerable = result.has_error() && why.code == errc::no_toolchain
                      && plans_from_log(state_);
  if (result.has_error() && !is_tolerable)
    return (*this)(std::move(why));
  if (is_tolerable)
    say(pb::PROGRESS_KIND_MESSAGE, "prepare", "failed", why.message);
  auto& event = emit(is_tolerable ? why.message : "the toolchain is known");
  *event.mutable_prepared()->mutable_workspace() = result.prepared();
  apply(event);
  go_on();
}

void supervisor_step::probe() {
  auto& workspace = state_.workspace;
  auto is_empty = workspace.units().empty() && workspace.tools().empty();
  if (is_empty && plans_from_log(state_))
    return on_probed();
  if (is_empty)
    return end_early(pb::TASK_OUTCOME_PRECONDITION,
                     state_.request.toolchain().units().empty()
                       ? "the build describes no C or C++ unit"
                       : "no unit of the build matches --units");
  if (!workspace.units().empty() && workspace.compilers().empty())
    return end_early(pb::TASK_OUTCOME_PRECONDITION,
                     "neither g++ nor clang++ is installed; install one, or "
                     "name it in toolchain.gcc or toolchain.clang");
  phase("probe");
  std::vector<pb::WorkUnit> units;
  // Of nothing there is nothing to check.
  auto has_base = !state_.request.judge_only()
                  || !state_.request.base_revision().empty();
  for (auto& check : missing_checks(
         has_base ? workspace : pb::PreparedWorkspace{}, state_.before)) {
    units.push_back(check_unit(state_.request, state_.base_tree, check.unit(),
                               check.compiler(), ticket()));
    state_.checks.emplace(units.back().ticket(), check);
  }
  if (units.empty())
    return on_probed();
  submit(std::move(units));
}

error supervisor_step::to_error(const pb::AttemptResult& result) {
  return {static_cast<errc>(result.error().code()), result.error().message()};
}

void supervisor_step::on_check(pb::AttemptResult& result) {
  auto check = state_.checks.find(result.ticket());
  if (check == state_.checks.end())
    return;
  if (result.has_unit_report())
    state_.fresh.push_back(std::move(*result.mutable_unit_report()));
  else if (!base_may_lack(result.error()))
    state_.fresh.push_back(missing_report(check->second, result.error()));
  state_.checks.erase(check);
  auto done = static_cast<uint32_t>(state_.before.size() + state_.fresh.size());
  say(pb::PROGRESS_KIND_COUNT, "checks", "running", "", done,
      done + static_cast<uint32_t>(state_.checks.size()));
  if (state_.checks.empty())
    on_probed();
}

bool supervisor_step::base_may_lack(const pb::WorkerError& error) const {
  auto code = static_cast<errc>(error.code());
  return state_.request.judge_only()
         && (code == errc::not_found || code == errc::no_toolchain);
}

void supervisor_step::on_probed() {
  auto batches = in_batches(std::exchange(state_.fresh, {}));
  if (state_.request.judge_only() && batches.empty())
    batches.emplace_back(); // That the base was looked at is told as well.
  record(std::move(batches));
  if (state_.request.judge_only())
    return go_on();
  auto evidence = analysis::gather(state_.base_tree, state_.before);
  if (auto more = read_log(evidence); !more.empty()) {
    record(in_batches(std::move(more)));
    evidence = analysis::gather(state_.base_tree, state_.before);
  }
  auto& event = emit("");
  auto& routed = *event.mutable_routed();
  *routed.mutable_decision() = analysis::route(
    state_.task, evidence, settings_.routing, settings_.has_parallel_support);
  routed.set_errors(analysis::count_errors(evidence));
  if (routed.decision().reasons_size() > 0)
    event.set_reason(routed.decision().reasons(0).text());
  apply(event);
  phase("route", state_.routing.mode() == pb::EXECUTION_MODE_PARALLEL
                   ? "parallel"
                   : "sequential");
  go_on();
}

void supervisor_step::record(std::vector<std::vector<pb::UnitReport>> batches) {
  for (auto& reports : batches) {
    auto& event = emit("units were checked");
    event.mutable_evidence()->mutable_reports()->Assign(
      std::make_move_iterator(reports.begin()),
      std::make_move_iterator(reports.end()));
    apply(event);
  }
}

std::vector<pb::UnitReport>
supervisor_step::read_log(const pb::Evidence& evidence) {
  auto& reported = state_.request.reported();
  if (reported.empty())
    return {};
  auto unseen = analysis::unseen_causes(reported, {&evidence});
  auto seen = static_cast<size_t>(reported.size()) - unseen.size();
  say(pb::PROGRESS_KIND_MESSAGE, "log", "read",
      std::to_string(seen) + " of " + std::to_string(reported.size())
        + " causes in the log are seen here");
  // What nothing here checks cannot be proved: a plan may split it, a run tells
  // it as left.
  return state_.request.plan_only() ? analysis::as_reports(unseen)
                                    : std::vector<pb::UnitReport>{};
}

void supervisor_step::coordinate() {
  if (state_.out_of_time)
    return take_over("the task's time is over");
  phase("coordinate");
  coordinate(std::max(1U, state_.coordinator_starts));
}

void supervisor_step::coordinate(uint32_t start) {
  state_.coordinator_starts = start;
  auto message = start_message(state_, start);
  *message.mutable_history() = std::move(*history_.mutable_events());
  carry_out(start_coordinator{std::move(message)});
}

void supervisor_step::take_over(const std::string& why) {
  auto past = replay_coordinators(state_, std::move(history_), settings_);
  if (past.phase != coordinator_phase::done) {
    auto& event = emit(why);
    event.mutable_coordination_finished()->set_tree(past.tree);
    event.mutable_coordination_finished()->set_needs_fallback(true);
    event.mutable_coordination_finished()->set_why(why);
    apply(event);
    evolve(past, event, {settings_.supervision, {}, {}, {}});
  }
  take_in(state_, report_of(past));
  go_on();
}

void supervisor_step::after_coordination() {
  auto& coordination = state_.coordination;
  if (coordination.has_error() && state_.tree == state_.base_tree)
    return end_early(pb::TASK_OUTCOME_FAILED, coordination.error().message());
  if (coordination.has_error())
    say(pb::PROGRESS_KIND_MESSAGE, "coordinator", "failed",
        coordination.error().message()); // What was merged is kept.
  if (state_.request.plan_only())
    return end_plan();
  if (coordination.needs_fallback() && settings_.supervision.fallback
      && !state_.out_of_time)
    return fall_back(coordination.why());
  compare();
}

void supervisor_step::work() {
  phase("work", "sequential");
  state_.only_unit = ticket();
  submit({execute_sequential_fallback(state_.request, state_.task, state_.tree,
                                      to_vector(state_.workspace.compilers()),
                                      state_.known, state_.only_unit)});
}

void supervisor_step::fall_back(const std::string& why) {
  auto& event = emit(why);
  event.mutable_fallback_started()->set_tree(state_.tree);
  event.mutable_fallback_started()->set_why(why);
  apply(event);
  say(pb::PROGRESS_KIND_MESSAGE, "fallback", "started",
      "falling back to sequential execution: " + why);
  go_on();
}

void supervisor_step::on_worked(pb::AttemptResult& result) {
  auto& event = emit(result.has_error()   ? result.error().message()
                     : result.has_patch() ? "made a patch"
                                          : "changed nothing");
  auto tree = result.has_patch() ? result.patch().result_tree() : state_.tree;
  event.mutable_fallback_finished()->set_tree(tree);
  *event.mutable_fallback_finished()->mutable_result() = std::move(result);
  apply(event);
  go_on();
}

void supervisor_step::compare() {
  state_.phase = supervisor_phase::comparing;
  ask_for_changes();
}

void supervisor_step::ask_for_changes() {
  pb::CompareTrees compare;
  compare.set_base(state_.base_tree);
  compare.set_tree(state_.tree);
  carry_out(std::move(compare));
}

void supervisor_step::end_plan() {
  auto result = ended_early(state_, pb::TASK_OUTCOME_DONE,
                            "planned; nothing was changed");
  if (state_.coordination.refused())
    result.set_outcome(pb::TASK_OUTCOME_REFUSED);
  list_unseen(state_, {}, result);
  auto& workspace = state_.workspace;
  if (workspace.units().empty() && workspace.tools().empty())
    result.set_summary("planned from the log alone, since nothing here can "
                       "check anything; nothing was changed");
  if (result.plan().subtasks().empty() && result.errors_before() > 0) {
    result.mutable_plan()->set_task_id(state_.request.task_id());
    result.mutable_plan()->set_strategy("sequential");
    result.mutable_plan()->set_round(1);
    *result.mutable_plan()->add_subtasks() = decomposition::whole_scope(
      state_.task, result.evidence(), state_.request.scope());
  }
  finish(std::move(result));
}

void supervisor_step::tell_again() {
  auto result = state_.result;
  *result.mutable_evidence() = analysis::gather(state_.base_tree,
                                                state_.before);
  carry_out(std::move(result));
}

void supervisor_step::end_early(pb::TaskOutcome outcome,
                                const std::string& why) {
  auto result = ended_early(state_, outcome, why);
  if (outcome == pb::TASK_OUTCOME_PRECONDITION)
    list_unseen(state_, {}, result);
  finish(std::move(result));
}

void supervisor_step::finish(pb::TaskResult result) {
  auto& event = emit(result.summary());
  auto& kept = *event.mutable_finished()->mutable_result();
  kept = result;
  kept.clear_evidence(); // It stands in events of its own, and may be large.
  apply(event);
  carry_out(std::move(result));
}

} // namespace cohort::runtime::coordination
