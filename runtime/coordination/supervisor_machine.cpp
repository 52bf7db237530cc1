#include "runtime/coordination/supervisor_machine.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/routing.hpp"
#include "runtime/coordination/acceptance.hpp"
#include "runtime/coordination/coordinator_knowledge.hpp"
#include "runtime/coordination/judgement.hpp"
#include "runtime/coordination/repeated.hpp"
#include "runtime/coordination/supervisor_knowledge.hpp"
#include "runtime/coordination/synthesis.hpp"
#include "runtime/coordination/work_units.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/quality/gates.hpp"

namespace cohort::runtime::coordination {

namespace {

/// What the fixers of today can take on. A description that asks for something
/// else is told so before anything is built.
bool can_do(const pb::ComplexTask& task) {
  switch (task.specialty().kind()) {
    case pb::SPECIALTY_KIND_GENERALIST:
    case pb::SPECIALTY_KIND_COMPILATION_ERRORS:
    case pb::SPECIALTY_KIND_TYPE_SYSTEM:
      return true;
    default:
      return false;
  }
}

class supervisor_step : public machine_step<supervisor_effect> {
public:
  supervisor_step(supervisor_state& state, const supervisor_settings& settings)
    : machine_step{"task_supervisor", state.request.task_id()},
      state_{state},
      settings_{settings} {
    // nop
  }

  // -- inputs
  // ------------------------------------------------------------------

  void operator()(pb::TaskRequest& request) {
    if (state_.phase != supervisor_phase::idle)
      return;
    belongs_to(request.task_id());
    auto& event = emit("accepted");
    *event.mutable_accepted()->mutable_request() = std::move(request);
    apply(event);
    go_on();
  }

  void operator()(pb::SnapshotReport& report) {
    if (state_.phase != supervisor_phase::snapshotting)
      return;
    auto& event = emit("the workspace as it is");
    event.mutable_snapshot()->set_tree(report.tree());
    event.mutable_snapshot()->set_files(report.files());
    event.mutable_snapshot()->set_base_tree(report.base_tree());
    apply(event);
    go_on();
  }

  void operator()(pb::AttemptResult& result) {
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

  void operator()(const pb::BreakerChange& change) {
    tell(change);
  }

  void operator()(pb::CoordinationReport& report) {
    if (state_.phase != supervisor_phase::coordinating)
      return;
    take_in(state_, std::move(report));
    go_on();
  }

  void operator()(coordinator_down& down) {
    if (state_.phase != supervisor_phase::coordinating)
      return;
    state_.coordinator_death = std::move(down.why);
    pb::ReadEvents read;
    read.set_task_id(state_.request.task_id());
    carry_out(std::move(read));
  }

  void operator()(pb::EventList& history) {
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

  void operator()(pb::CompareReport& report) {
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

  void operator()(pb::GatesFinished& gates) {
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

  void operator()(pb::RevertReport& report) {
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

  void operator()(pb::DeliveryReport& report) {
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

  void operator()(deadline_passed&) {
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

  void operator()(cancelled& why) {
    auto& event = emit(why.reason);
    event.mutable_cancelled()->set_reason(why.reason);
    apply(event);
    go_on();
  }

  void operator()(error& why) {
    auto outcome = pb::TASK_OUTCOME_FAILED;
    if (why.code == errc::workspace_unreadable
        || why.code == errc::no_toolchain)
      outcome = pb::TASK_OUTCOME_PRECONDITION;
    else if (why.code == errc::internal)
      outcome = pb::TASK_OUTCOME_INTERNAL_ERROR;
    end_early(outcome, why.message);
  }

private:
  // -- events and effects
  // ------------------------------------------------------

  void apply(const pb::Event& event) {
    evolve(state_, event);
  }

  void phase(const std::string& name, const std::string& text = "") {
    say(pb::PROGRESS_KIND_PHASE, name, "started", text);
  }

  uint64_t ticket() {
    return state_.next_ticket++;
  }

  // -- phases
  // ------------------------------------------------------------------

  /// Takes over from a process that ended.
  void resume(pb::EventList history) {
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

  /// Does what the state calls for: after an event, and after a replay.
  void go_on() {
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

  void take_snapshot() {
    if (!state_.request.judge_only() && !can_do(state_.task))
      return end_early(
        pb::TASK_OUTCOME_FAILED,
        "no executor can do this kind of work yet; what works is "
        "repairing compile errors of C and C++");
    phase("snapshot");
    pb::TakeSnapshot snapshot;
    snapshot.set_workspace_root(state_.request.workspace_root());
    snapshot.set_with_base(state_.request.judge_only());
    snapshot.set_base_revision(state_.request.base_revision());
    carry_out(std::move(snapshot));
  }

  void prepare() {
    phase("prepare");
    state_.only_unit = ticket();
    submit({prepare_unit(state_.request, state_.tree, state_.only_unit)});
  }

  void on_prepared(pb::AttemptResult& result) {
    if (result.has_error())
      return (*this)(to_error(result));
    auto& event = emit("the toolchain is known");
    *event.mutable_prepared()->mutable_workspace() = result.prepared();
    apply(event);
    go_on();
  }

  void probe() {
    if (state_.workspace.units().empty())
      return end_early(pb::TASK_OUTCOME_PRECONDITION,
                       state_.request.toolchain().units().empty()
                         ? "the build describes no C or C++ unit"
                         : "no unit of the build matches --units");
    if (state_.workspace.compilers().empty())
      return end_early(pb::TASK_OUTCOME_PRECONDITION,
                       "neither g++ nor clang++ is installed; install one, or "
                       "name it in toolchain.gcc or toolchain.clang");
    phase("probe");
    std::vector<pb::WorkUnit> units;
    // Of nothing there is nothing to check.
    auto has_base = !state_.request.judge_only()
                    || !state_.request.base_revision().empty();
    for (auto& check : missing_checks(
           has_base ? to_vector(state_.workspace.units())
                    : std::vector<std::string>{},
           to_vector(state_.workspace.compilers()), state_.before)) {
      units.push_back(check_unit(state_.request, state_.base_tree, check.unit(),
                                 check.compiler(), ticket()));
      state_.checks.emplace(units.back().ticket(), check);
    }
    if (units.empty())
      return on_probed();
    submit(std::move(units));
  }

  void operator()(error&& why) {
    (*this)(why);
  }

  static error to_error(const pb::AttemptResult& result) {
    return {static_cast<errc>(result.error().code()), result.error().message()};
  }

  void on_check(pb::AttemptResult& result) {
    auto check = state_.checks.find(result.ticket());
    if (check == state_.checks.end())
      return;
    if (result.has_unit_report())
      state_.fresh.push_back(std::move(*result.mutable_unit_report()));
    else if (!base_may_lack(result.error()))
      state_.fresh.push_back(missing_report(check->second, result.error()));
    state_.checks.erase(check);
    auto done
      = static_cast<uint32_t>(state_.before.size() + state_.fresh.size());
    say(pb::PROGRESS_KIND_COUNT, "checks", "running", "", done,
        done + static_cast<uint32_t>(state_.checks.size()));
    if (state_.checks.empty())
      on_probed();
  }

  /// A unit that is new, or a base that cannot be configured, was not accepted
  /// before.
  bool base_may_lack(const pb::WorkerError& error) const {
    auto code = static_cast<errc>(error.code());
    return state_.request.judge_only()
           && (code == errc::not_found || code == errc::no_toolchain);
  }

  void on_probed() {
    auto batches = in_batches(std::exchange(state_.fresh, {}));
    if (state_.request.judge_only() && batches.empty())
      batches.emplace_back(); // That the base was looked at is told as well.
    for (auto& reports : batches) {
      auto& event = emit("units were checked");
      event.mutable_evidence()->mutable_reports()->Assign(
        std::make_move_iterator(reports.begin()),
        std::make_move_iterator(reports.end()));
      apply(event);
    }
    if (state_.request.judge_only())
      return go_on();
    auto evidence = analysis::gather(state_.base_tree, state_.before);
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

  /// The first one, or the one that an ended process had.
  void coordinate() {
    if (state_.out_of_time)
      return take_over("the task's time is over");
    phase("coordinate");
    coordinate(std::max(1U, state_.coordinator_starts));
  }

  void coordinate(uint32_t start) {
    state_.coordinator_starts = start;
    auto message = start_message(state_, start);
    *message.mutable_history() = std::move(*history_.mutable_events());
    carry_out(start_coordinator{std::move(message)});
  }

  /// What the dead coordinators had merged is kept: their last words are taken
  /// from the journal.
  void take_over(const std::string& why) {
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

  void after_coordination() {
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

  void work() {
    phase("work", "sequential");
    state_.only_unit = ticket();
    submit(
      {execute_sequential_fallback(state_.request, state_.task, state_.tree,
                                   to_vector(state_.workspace.compilers()),
                                   state_.known, state_.only_unit)});
  }

  void fall_back(const std::string& why) {
    auto& event = emit(why);
    event.mutable_fallback_started()->set_tree(state_.tree);
    event.mutable_fallback_started()->set_why(why);
    apply(event);
    say(pb::PROGRESS_KIND_MESSAGE, "fallback", "started",
        "falling back to sequential execution: " + why);
    go_on();
  }

  void on_worked(pb::AttemptResult& result) {
    auto& event = emit(result.has_error()   ? result.error().message()
                       : result.has_patch() ? "made a patch"
                                            : "changed nothing");
    auto tree = result.has_patch() ? result.patch().result_tree() : state_.tree;
    event.mutable_fallback_finished()->set_tree(tree);
    *event.mutable_fallback_finished()->mutable_result() = std::move(result);
    apply(event);
    go_on();
  }

  void compare() {
    state_.phase = supervisor_phase::comparing;
    ask_for_changes();
  }

  void ask_for_changes() {
    pb::CompareTrees compare;
    compare.set_base(state_.base_tree);
    compare.set_tree(state_.tree);
    carry_out(std::move(compare));
  }

  void gate() {
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
    run.set_tests_may_change(state_.request.judge_only()
                             || state_.task.specialty().kind()
                                  == pb::SPECIALTY_KIND_TESTING);
    *run.mutable_scope() = state_.request.scope();
    for (auto& report : state_.before)
      *run.add_before() = report;
    for (auto& report : state_.known)
      *run.add_known() = report;
    *run.mutable_units() = state_.workspace.units();
    *run.mutable_compilers() = state_.workspace.compilers();
    run.set_has_tests(state_.workspace.has_tests());
    run.set_workspace_root(state_.request.workspace_root());
    *run.mutable_toolchain() = state_.request.toolchain();
    carry_out(std::move(run));
  }

  void after_gates() {
    auto judges_only = state_.request.judge_only();
    auto culprits = files_to_revert(state_);
    if (!judges_only && !culprits.empty() && state_.reverted.empty())
      return revert(culprits); // Only once.
    if (!broken_tests(state_).empty() && state_.culprits.checks() == 0
        && !state_.out_of_time && (!judges_only || state_.request.blame()))
      return look_for_culprits();
    if (judges_only)
      return finish(judgement(state_));
    deliver();
  }

  // -- blame
  // -------------------------------------------------------------------

  void look_for_culprits() {
    state_.phase = supervisor_phase::blaming;
    say(pb::PROGRESS_KIND_MESSAGE, "gates", "failed",
        "what broke the tests is looked for");
    state_.blame.reset();
    state_.only_unit = 0;
    ask_for_changes();
  }

  void blame() {
    if (!state_.blame)
      state_.blame.emplace(state_.compared,
                           to_vector(state_.coordination.subtasks()),
                           broken_tests(state_));
    auto trial = state_.blame->next();
    take_back(trial ? trial->out : state_.blame->taken_back());
  }

  /// Of a trial, or of all culprits in the end.
  void on_taken_back(const std::string& tree) {
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

  void on_trial(pb::AttemptResult& result) {
    if (!result.has_tests()) {
      result.mutable_tests()->set_failure(result.error().message());
      result.mutable_tests()->set_available(true);
    }
    state_.only_unit = 0;
    state_.blame->answer(result.tests());
    blame();
  }

  void blamed(const std::string& tree) {
    auto& event = emit("the tests fail with these changes, and pass without");
    auto& found = *event.mutable_culprits_found();
    found = state_.blame->found();
    found.set_tree(tree);
    if (found.culprits().empty())
      event.set_reason("no change can be blamed for what fails");
    say(pb::PROGRESS_KIND_MESSAGE, "gates", "blamed",
        std::to_string(found.culprits_size())
          + (found.culprits_size() == 1 ? " change makes" : " changes make")
          + " the tests fail");
    apply(event);
    go_on();
  }

  void take_back(const std::vector<pb::FilePart>& parts) {
    pb::RevertFiles revert;
    revert.set_base(state_.base_tree);
    revert.set_tree(state_.tree);
    revert.mutable_parts()->Add(parts.begin(), parts.end());
    carry_out(std::move(revert));
  }

  void revert(const std::vector<std::string>& files) {
    state_.phase = supervisor_phase::reverting;
    say(pb::PROGRESS_KIND_MESSAGE, "gates", "failed",
        std::to_string(files.size())
          + " files are taken back and judged again");
    pb::RevertFiles revert;
    revert.set_base(state_.base_tree);
    revert.set_tree(state_.tree);
    revert.mutable_files()->Add(files.begin(), files.end());
    carry_out(std::move(revert));
  }

  void deliver() {
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

  void hand_over() {
    auto result = synthesise(state_);
    auto& delivery = state_.delivery;
    result.set_branch(delivery.branch());
    result.set_patch_file(delivery.patch_file());
    if (!delivery.apply_refused().empty())
      result.set_summary(result.summary()
                         + "; not applied: " + delivery.apply_refused());
    if (!delivery.apply_refused().empty()
        && result.outcome() == pb::TASK_OUTCOME_DONE)
      result.set_outcome(pb::TASK_OUTCOME_PARTIAL);
    finish(std::move(result));
  }

  // -- the end
  // -----------------------------------------------------------------

  void end_plan() {
    auto result = ended_early(state_, pb::TASK_OUTCOME_DONE,
                              "planned; nothing was changed");
    if (state_.coordination.refused())
      result.set_outcome(pb::TASK_OUTCOME_REFUSED);
    if (result.plan().subtasks().empty() && result.errors_before() > 0) {
      result.mutable_plan()->set_task_id(state_.request.task_id());
      result.mutable_plan()->set_strategy("sequential");
      result.mutable_plan()->set_round(1);
      *result.mutable_plan()->add_subtasks() = decomposition::whole_scope(
        state_.task, result.evidence(), state_.request.scope());
    }
    finish(std::move(result));
  }

  void tell_again() {
    auto result = state_.result;
    *result.mutable_evidence() = analysis::gather(state_.base_tree,
                                                  state_.before);
    carry_out(std::move(result));
  }

  void end_early(pb::TaskOutcome outcome, const std::string& why) {
    finish(ended_early(state_, outcome, why));
  }

  void finish(pb::TaskResult result) {
    auto& event = emit(result.summary());
    auto& kept = *event.mutable_finished()->mutable_result();
    kept = result;
    kept.clear_evidence(); // It stands in events of its own, and may be large.
    apply(event);
    carry_out(std::move(result));
  }

  supervisor_state& state_;
  const supervisor_settings& settings_;
  pb::EventList history_; // Of the task, where the input was that.
};

} // namespace

supervisor_decision decide(supervisor_state& state, supervisor_input input,
                           const supervisor_settings& settings) {
  supervisor_step next{state, settings};
  if (state.phase != supervisor_phase::done)
    std::visit(next, input);
  return std::move(next).take();
}

} // namespace cohort::runtime::coordination
