#include "runtime/coordination/coordinator_machine.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/coordination/coordinator_knowledge.hpp"
#include "runtime/coordination/work_units.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/learning/durations.hpp"
#include "runtime/quality/gates.hpp"

namespace cohort::runtime::coordination {

namespace {

std::vector<std::string> compilers_of(const coordinator_state& state) {
  auto& xs = state.start.workspace().compilers();
  return {xs.begin(), xs.end()};
}

/// Every event is applied at once.
class coordinator_step : public machine_step<coordinator_effect> {
public:
  coordinator_step(coordinator_state& state,
                   const coordinator_settings& settings)
    : machine_step{"coordinator", state.start.request().task_id()},
      state_{state},
      settings_{settings} {
    // nop
  }

  void on_start(pb::StartCoordination start) {
    if (state_.phase != coordinator_phase::idle)
      return;
    state_ = replay(std::move(start), settings_);
    belongs_to(state_.start.request().task_id());
    auto& event = emit("coordinator started");
    event.mutable_coordinator_started()->set_start(state_.start.start());
    apply(event);
    go_on();
  }

  void on_review(const pb::ReviewOutcome& outcome) {
    if (state_.phase != coordinator_phase::reviewing)
      return;
    auto& event = emit(outcome.reason() + weight_words(outcome));
    *event.mutable_council()->mutable_outcome() = outcome;
    apply(event);
    say(pb::PROGRESS_KIND_MESSAGE, "council",
        outcome.approved() ? "approved" : "refused", outcome.reason());
    if (state_.refused)
      return finish(true, state_.why);
    if (state_.start.request().plan_only())
      return finish(false, "only a plan was asked for");
    advance();
  }

  void on_result(pb::AttemptResult result) {
    if (auto check = state_.checks.find(result.ticket());
        check != state_.checks.end())
      return on_check(check, std::move(result));
    for (size_t i = 0; i < state_.subtasks.size(); ++i) {
      auto& subtask = state_.subtasks[i];
      if (subtask.phase == subtask_phase::running
          && subtask.ticket == result.ticket())
        return on_subtask(i, std::move(result));
    }
  }

  void on_breaker(const pb::BreakerChange& change) {
    tell(change);
  }

  void on_merge(const pb::MergeReport& merge) {
    if (!state_.merging)
      return;
    auto index = *state_.merging;
    auto id = state_.plan.subtasks(static_cast<int>(index)).id();
    state_.merging.reset();
    if (merge.conflicts().empty()) {
      auto& event = emit("merged without conflict");
      auto& merged = *event.mutable_merged();
      merged.set_subtask_id(id);
      merged.set_round(state_.round);
      merged.set_tree(merge.tree());
      *merged.mutable_files() = merge.files();
      apply(event);
    } else {
      auto& event = emit("conflict in " + merge.conflicts(0));
      auto& conflicted = *event.mutable_conflicted();
      conflicted.set_subtask_id(id);
      conflicted.set_round(state_.round);
      *conflicted.mutable_files() = merge.conflicts();
      conflicted.set_rebase_attempts(state_.subtasks[index].rebase_attempts
                                     + 1);
      apply(event);
      auto again = state_.subtasks[index].phase == subtask_phase::waiting;
      say(pb::PROGRESS_KIND_MESSAGE, id, "conflict",
          "conflict in " + merge.conflicts(0)
            + (again ? "; runs again on the new base" : " once too often"));
    }
    say_subtask(index);
    advance();
  }

  void on_stop(const pb::StopCoordination& stop) {
    finish(false, stop.why());
  }

  void on_error(const error& why) {
    pb::WorkerError failure;
    failure.set_code(static_cast<uint32_t>(why.code));
    failure.set_message(why.message);
    finish(false, why.message, std::move(failure));
  }

private:
  // -- events and effects
  // ------------------------------------------------------

  void apply(const pb::Event& event) {
    evolve(state_, event, settings_);
  }

  void say_subtask(size_t index) {
    auto& subtask = state_.subtasks[index];
    auto& plan = state_.plan.subtasks(static_cast<int>(index));
    auto settled = static_cast<uint32_t>(
      std::count_if(state_.subtasks.begin(), state_.subtasks.end(),
                    [](auto& x) { return is_settled(x.phase); }));
    say(pb::PROGRESS_KIND_SUBTASK, plan.id(), to_string(subtask.phase),
        plan.title(), settled, static_cast<uint32_t>(state_.subtasks.size()));
  }

  // -- rounds
  // ------------------------------------------------------------------

  /// Does what a state that was just read back calls for.
  void go_on() {
    switch (state_.phase) {
      case coordinator_phase::idle:
      case coordinator_phase::planning:
        return begin_round();
      case coordinator_phase::reviewing:
        return ask_council();
      case coordinator_phase::executing:
        return state_.refused ? finish(true, state_.why) : advance();
      case coordinator_phase::probing:
        return probe();
      case coordinator_phase::done:
        return carry_out(report_of(state_));
    }
  }

  void begin_round() {
    if (state_.round > 0
        && analysis::count_errors(analysis::gather(state_.tree, state_.reports))
             == 0)
      return finish(false, "no error is left");
    if (state_.failed_share > settings_.supervision.max_failed_share)
      return finish(true, "too many subtasks failed");
    auto is_begun = state_.phase == coordinator_phase::planning;
    auto number = state_.round + (is_begun ? 0 : 1);
    if (number > settings_.supervision.max_rounds)
      return end_work("the limit of rounds is reached");
    auto evidence = open_evidence(state_);
    auto plan = decomposition::decompose(state_.start.task(), evidence,
                                         state_.start.request().scope(), number,
                                         settings_.decomposition);
    if (!plan)
      return on_error(plan.error());
    if (plan->subtasks().empty())
      return end_work(state_.round == 0 ? "no error inside the scope"
                                        : "nothing is left to try");
    if (!is_begun) {
      auto& round = emit("round begins");
      round.mutable_round_started()->set_round(number);
      round.mutable_round_started()->set_base_tree(state_.tree);
      apply(round);
    }
    auto words = "strategy " + plan->strategy() + correct_efforts(*plan);
    auto& decomposed = emit(words);
    *decomposed.mutable_decomposed()->mutable_decomposition()
      = std::move(*plan);
    apply(decomposed);
    say(pb::PROGRESS_KIND_PHASE, "round", std::to_string(state_.round),
        std::to_string(state_.plan.subtasks_size()) + " subtasks", 0,
        static_cast<uint32_t>(state_.plan.subtasks_size()));
    if (state_.phase == coordinator_phase::reviewing)
      return ask_council();
    if (state_.start.request().plan_only())
      return finish(false, "only a plan was asked for");
    advance();
  }

  /// What the audit says of how history weighed in a vote.
  [[nodiscard]] std::string
  weight_words(const pb::ReviewOutcome& outcome) const {
    auto has_record = [&](const pb::Verdict& verdict) {
      auto& judges = state_.start.learnt().judges();
      return std::any_of(judges.begin(), judges.end(), [&](auto& record) {
        return record.judge() == verdict.judge() && record.predictions() > 0;
      });
    };
    return std::any_of(outcome.verdicts().begin(), outcome.verdicts().end(),
                       has_record)
             ? "; judges weigh as their record says"
             : "";
  }

  /// Returns what the audit says of it.
  [[nodiscard]] std::string correct_efforts(pb::Decomposition& plan) const {
    auto& learnt = state_.start.learnt().durations();
    auto changed = learning::correct_efforts(plan,
                                             {learnt.begin(), learnt.end()});
    return changed == 0
             ? ""
             : "; history corrects the predicted time of "
                 + std::to_string(changed) + " of "
                 + std::to_string(plan.subtasks_size()) + " subtasks";
  }

  void ask_council() {
    carry_out(review_request(state_, settings_.workers));
  }

  /// Merges, dispatches, or ends the round: whatever can be done now.
  void advance() {
    merge_next();
    dispatch_ready();
    auto all_settled = std::all_of(state_.subtasks.begin(),
                                   state_.subtasks.end(),
                                   [](auto& x) { return is_settled(x.phase); });
    if (!all_settled)
      return;
    if (state_.changed.empty())
      return end_work("no subtask could repair anything");
    probe();
  }

  void merge_next() {
    if (state_.merging)
      return;
    for (size_t i = 0; i < state_.subtasks.size(); ++i) {
      auto& subtask = state_.subtasks[i];
      if (subtask.phase != subtask_phase::merging)
        continue;
      pb::MergePatch merge;
      merge.set_base(subtask.result.patch().base_tree());
      merge.set_ours(state_.tree);
      merge.set_theirs(subtask.result.patch().result_tree());
      state_.merging = i;
      carry_out(std::move(merge));
      return;
    }
  }

  [[nodiscard]] bool is_ready(const pb::Subtask& subtask) const {
    return std::all_of(
      subtask.depends_on().begin(), subtask.depends_on().end(),
      [&](const pb::SubtaskDependency& dependency) {
        for (int i = 0; i < state_.plan.subtasks_size(); ++i)
          if (state_.plan.subtasks(i).id() == dependency.subtask_id())
            return is_settled(state_.subtasks[static_cast<size_t>(i)].phase);
        return true;
      });
  }

  void dispatch_ready() {
    std::vector<size_t> ready;
    std::set<std::string> judges;
    for (size_t i = 0; i < state_.subtasks.size(); ++i) {
      auto& plan = state_.plan.subtasks(static_cast<int>(i));
      if (state_.subtasks[i].phase != subtask_phase::waiting || !is_ready(plan))
        continue;
      ready.push_back(i);
      judges.insert(plan.units().begin(), plan.units().end());
    }
    if (ready.empty())
      return;
    auto compilers = compilers_of(state_);
    auto known = known_reports(state_, [&](const std::string& unit) {
      return judges.count(unit) > 0;
    });
    std::vector<pb::WorkUnit> units;
    for (auto i : ready) {
      auto& plan = state_.plan.subtasks(static_cast<int>(i));
      auto& event = emit("its dependencies are settled");
      auto& dispatched = *event.mutable_dispatched();
      dispatched.set_subtask_id(plan.id());
      dispatched.set_round(state_.round);
      dispatched.set_ticket(state_.next_ticket);
      dispatched.set_base_tree(state_.tree);
      apply(event);
      units.push_back(repair_unit(state_.start.request(), state_.tree, plan,
                                  state_.subtasks[i].rank, compilers, known,
                                  state_.subtasks[i].ticket));
      say_subtask(i);
    }
    submit(std::move(units));
  }

  void on_subtask(size_t index, pb::AttemptResult result) {
    auto& id = state_.plan.subtasks(static_cast<int>(index)).id();
    if (result.has_error()) {
      auto& event = emit(result.error().message());
      auto& failed = *event.mutable_failed();
      failed.set_subtask_id(id);
      failed.set_round(state_.round);
      failed.set_worker(result.worker());
      failed.set_attempts(result.attempt());
      *failed.mutable_error() = result.error();
      apply(event);
    } else {
      auto& event = emit(result.has_patch() ? "made a patch"
                                            : "changed nothing");
      auto& completed = *event.mutable_completed();
      completed.set_subtask_id(id);
      completed.set_round(state_.round);
      *completed.mutable_result() = std::move(result);
      apply(event);
    }
    say_subtask(index);
    advance();
  }

  // -- probing
  // -----------------------------------------------------------------

  void probe() {
    state_.phase = coordinator_phase::probing;
    state_.fresh = known_reports(state_);
    std::vector<pb::WorkUnit> units;
    for (auto& check : missing_checks(state_.start.workspace(), state_.fresh)) {
      auto ticket = state_.next_ticket++;
      units.push_back(check_unit(state_.start.request(), state_.tree,
                                 check.unit(), check.compiler(), ticket));
      state_.checks.emplace(ticket, check);
    }
    if (state_.checks.empty())
      return end_round();
    total_checks();
    submit(std::move(units));
  }

  void total_checks() {
    auto done = static_cast<uint32_t>(state_.fresh.size());
    say(pb::PROGRESS_KIND_COUNT, "checks", "running", "", done,
        done + static_cast<uint32_t>(state_.checks.size()));
  }

  void on_check(std::map<uint64_t, pb::CheckUnit>::iterator check,
                pb::AttemptResult result) {
    state_.fresh.push_back(result.has_unit_report()
                             ? std::move(*result.mutable_unit_report())
                             : missing_report(check->second, result.error()));
    state_.checks.erase(check);
    total_checks();
    if (state_.checks.empty())
      end_round();
  }

  void end_round() {
    if (withdraw_culprit())
      return;
    for (auto& reports : in_batches(std::exchange(state_.fresh, {}))) {
      auto& event = emit("units that read a changed file were checked");
      event.mutable_round_checked()->set_round(state_.round);
      event.mutable_round_checked()->mutable_reports()->Assign(
        std::make_move_iterator(reports.begin()),
        std::make_move_iterator(reports.end()));
      apply(event);
    }
    auto& event = emit("every unit that reads a changed file was checked");
    auto& finished = *event.mutable_round_finished();
    finished.set_round(state_.round);
    finished.set_tree(state_.tree);
    apply(event);
    begin_round();
  }

  /// A unit that compiled before the round and does not now was broken by one
  /// of the patches to files that it reads. The first of them is taken out, and
  /// the others are merged again, until no such unit is left.
  bool withdraw_culprit() {
    auto read = read_by_broken_units();
    for (size_t i = 0; i < state_.subtasks.size(); ++i) {
      auto& subtask = state_.subtasks[i];
      auto& files = subtask.result.patch().files();
      if (subtask.phase != subtask_phase::merged
          || std::none_of(files.begin(), files.end(),
                          [&](auto& file) { return read.count(file) > 0; }))
        continue;
      auto& event = emit("a unit that compiled before does not any more");
      auto& withdrawn = *event.mutable_withdrawn();
      withdrawn.set_subtask_id(state_.plan.subtasks(static_cast<int>(i)).id());
      withdrawn.set_round(state_.round);
      withdrawn.set_tree(state_.base_tree);
      withdrawn.set_why(event.reason());
      apply(event);
      say_subtask(i);
      state_.fresh.clear();
      advance();
      return true;
    }
    return false;
  }

  [[nodiscard]] std::set<std::string> read_by_broken_units() const {
    auto broken = quality::broken_units(
      analysis::gather(state_.base_tree, state_.reports),
      analysis::gather(state_.tree, state_.fresh));
    std::set<std::string> result;
    for (auto& report : state_.fresh)
      if (std::binary_search(broken.begin(), broken.end(), report.unit()))
        result.insert(report.reads().begin(), report.reads().end());
    return result;
  }

  // -- the end
  // -----------------------------------------------------------------

  void end_work(const std::string& why) {
    finish(state_.something_failed, state_.something_failed
                                      ? "some subtasks failed or conflicted"
                                      : why);
  }

  void finish(bool needs_fallback, const std::string& why,
              std::optional<pb::WorkerError> failure = {}) {
    auto& event = emit(why);
    auto& finished = *event.mutable_coordination_finished();
    finished.set_tree(state_.tree);
    finished.set_needs_fallback(needs_fallback);
    finished.set_why(why);
    if (failure)
      *finished.mutable_error() = std::move(*failure);
    apply(event);
    carry_out(report_of(state_));
  }

  coordinator_state& state_;
  const coordinator_settings& settings_;
};

} // namespace

coordinator_decision decide(coordinator_state& state, coordinator_input input,
                            const coordinator_settings& settings) {
  coordinator_step next{state, settings};
  if (state.phase == coordinator_phase::done)
    return std::move(next).take();
  if (auto* start = std::get_if<pb::StartCoordination>(&input))
    next.on_start(std::move(*start));
  else if (auto* review = std::get_if<pb::ReviewOutcome>(&input))
    next.on_review(*review);
  else if (auto* result = std::get_if<pb::AttemptResult>(&input))
    next.on_result(std::move(*result));
  else if (auto* change = std::get_if<pb::BreakerChange>(&input))
    next.on_breaker(*change);
  else if (auto* merge = std::get_if<pb::MergeReport>(&input))
    next.on_merge(*merge);
  else if (auto* stop = std::get_if<pb::StopCoordination>(&input))
    next.on_stop(*stop);
  else if (auto* why = std::get_if<error>(&input))
    next.on_error(*why);
  return std::move(next).take();
}

} // namespace cohort::runtime::coordination
