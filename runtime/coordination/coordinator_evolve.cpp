#include <algorithm>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/coordination/coordinator_machine.hpp"
#include "runtime/coordination/error_digests.hpp"
#include "runtime/decomposition/decompose.hpp"

/// What events do to a coordinator's state; what they are decided by stands in
/// coordinator_machine.cpp.
namespace cohort::runtime::coordination {

namespace {

std::optional<size_t> index_of(const coordinator_state& state,
                               const std::string& id) {
  for (int i = 0; i < state.plan.subtasks_size(); ++i)
    if (state.plan.subtasks(i).id() == id)
      return static_cast<size_t>(i);
  return std::nullopt;
}

void set_plan(coordinator_state& state, const pb::Decomposition& plan) {
  state.plan = plan;
  auto ranks = decomposition::upward_ranks(plan);
  state.subtasks.assign(static_cast<size_t>(plan.subtasks_size()), {});
  for (size_t i = 0; i < ranks.size(); ++i)
    state.subtasks[i].rank = ranks[i];
  if (state.round == 1)
    state.first_plan = plan;
}

void remember(coordinator_state& state, size_t index) {
  auto& subtask = state.subtasks[index];
  auto& plan = state.plan.subtasks(static_cast<int>(index));
  pb::SubtaskResult result;
  result.set_subtask_id(plan.id());
  result.set_title(plan.title());
  result.set_worker(subtask.result.worker());
  result.set_merged(subtask.phase == subtask_phase::merged);
  result.set_state(std::string{to_string(subtask.phase)});
  result.set_attempts(subtask.result.attempt());
  *result.mutable_executors() = subtask.result.repair().executors();
  result.set_seconds(subtask.result.metrics().wall_seconds());
  result.set_seconds_saved(subtask.result.metrics().seconds_saved());
  if (subtask.phase == subtask_phase::failed)
    result.set_error_code(subtask.result.error().code());
  if (result.merged())
    *result.mutable_files() = subtask.result.patch().files();
  state.history.push_back(std::move(result));
}

double failed_share(const coordinator_state& state) {
  auto failed
    = std::count_if(state.subtasks.begin(), state.subtasks.end(),
                    [](auto& x) { return x.phase == subtask_phase::failed; });
  return static_cast<double>(failed)
         / static_cast<double>(std::max<size_t>(1, state.subtasks.size()));
}

/// The round's outcome joins what is known of the whole task.
void close_round(coordinator_state& state) {
  auto evidence = analysis::gather(state.tree, state.reports);
  auto digests = error_digests(evidence);
  for (size_t i = 0; i < state.subtasks.size(); ++i) {
    auto& subtask = state.subtasks[i];
    auto& plan = state.plan.subtasks(static_cast<int>(i));
    if (!is_settled(subtask.phase))
      continue;
    remember(state, i);
    for (auto& file : plan.files()) {
      state.left.erase(file);
      state.exhausted[file] = digests[file];
    }
    auto& repair = subtask.result.repair();
    for (auto& leftover : repair.left())
      state.left[leftover.diagnostic().location().file()].push_back(leftover);
    if (subtask.phase == subtask_phase::merged)
      state.fixes.insert(state.fixes.end(), repair.attempts().begin(),
                         repair.attempts().end());
  }
}

} // namespace

std::string_view to_string(subtask_phase phase) {
  switch (phase) {
    case subtask_phase::waiting:
      return "waiting";
    case subtask_phase::running:
      return "running";
    case subtask_phase::merging:
      return "merging";
    case subtask_phase::merged:
      return "merged";
    case subtask_phase::empty:
      return "nothing repaired";
    case subtask_phase::conflicted:
      return "conflict";
    case subtask_phase::failed:
      return "failed";
    case subtask_phase::withdrawn:
      return "withdrawn";
  }
  return "unknown";
}

bool is_settled(subtask_phase phase) {
  return phase >= subtask_phase::merged;
}

void evolve(coordinator_state& state, const pb::Event& event,
            const coordinator_settings& settings) {
  auto at = [&](const std::string& id) -> subtask_state* {
    auto index = index_of(state, id);
    return index ? &state.subtasks[*index] : nullptr;
  };
  switch (event.payload_case()) {
    case pb::Event::kCoordinatorStarted:
      state.checked.clear(); // An end of the round that was not written whole.
      break;
    case pb::Event::kRoundStarted:
      state.round = event.round_started().round();
      state.base_tree = event.round_started().base_tree();
      state.tree = state.base_tree;
      state.changed.clear();
      state.merges.clear();
      state.checked.clear();
      state.failed_share = 0;
      state.phase = coordinator_phase::planning;
      break;
    case pb::Event::kDecomposed:
      set_plan(state, event.decomposed().decomposition());
      state.phase = settings.council ? coordinator_phase::reviewing
                                     : coordinator_phase::executing;
      break;
    case pb::Event::kCouncil: {
      auto& outcome = event.council().outcome();
      if (state.round == 1)
        state.first_verdicts.assign(outcome.verdicts().begin(),
                                    outcome.verdicts().end());
      state.refused = !outcome.approved();
      if (outcome.approved())
        set_plan(state, outcome.decomposition());
      else
        state.why = "the council did not approve the plan: " + outcome.reason();
      state.phase = coordinator_phase::executing;
      break;
    }
    case pb::Event::kDispatched:
      if (auto* subtask = at(event.dispatched().subtask_id())) {
        subtask->phase = subtask_phase::running;
        subtask->ticket = event.dispatched().ticket();
        subtask->merges_before = state.merges.size();
      }
      state.next_ticket = std::max(state.next_ticket,
                                   event.dispatched().ticket() + 1);
      break;
    case pb::Event::kCompleted:
      if (auto* subtask = at(event.completed().subtask_id())) {
        subtask->result = event.completed().result();
        subtask->phase = subtask->result.has_patch() ? subtask_phase::merging
                                                     : subtask_phase::empty;
      }
      break;
    case pb::Event::kFailed:
      if (auto* subtask = at(event.failed().subtask_id())) {
        subtask->phase = subtask_phase::failed;
        subtask->why = event.failed().error().message();
        subtask->result.set_worker(event.failed().worker());
        subtask->result.set_attempt(event.failed().attempts());
        *subtask->result.mutable_error() = event.failed().error();
      }
      state.something_failed = true;
      break;
    case pb::Event::kMerged:
      if (auto* subtask = at(event.merged().subtask_id()))
        subtask->phase = subtask_phase::merged;
      state.tree = event.merged().tree();
      state.merges.push_back(event.merged());
      state.changed.insert(event.merged().files().begin(),
                           event.merged().files().end());
      break;
    case pb::Event::kConflicted:
      if (auto* subtask = at(event.conflicted().subtask_id())) {
        subtask->rebase_attempts = event.conflicted().rebase_attempts();
        auto again = subtask->rebase_attempts
                     <= settings.supervision.max_rebase_attempts;
        subtask->phase = again ? subtask_phase::waiting
                               : subtask_phase::conflicted;
        state.something_failed |= !again;
      }
      break;
    case pb::Event::kWithdrawn:
      if (auto* subtask = at(event.withdrawn().subtask_id()))
        subtask->phase = subtask_phase::withdrawn;
      state.tree = event.withdrawn().tree();
      state.changed.clear();
      state.merges.clear();
      for (auto& subtask : state.subtasks) {
        // Made on trees that may have held what was withdrawn.
        subtask.result.mutable_repair()->clear_checked();
        if (subtask.phase == subtask_phase::merged)
          subtask.phase = subtask_phase::merging;
      }
      state.phase = coordinator_phase::executing;
      break;
    case pb::Event::kRoundChecked:
      state.checked.insert(state.checked.end(),
                           event.round_checked().reports().begin(),
                           event.round_checked().reports().end());
      break;
    case pb::Event::kRoundFinished:
      state.reports = std::exchange(state.checked, {});
      state.tree = event.round_finished().tree();
      close_round(state);
      state.failed_share = failed_share(state);
      state.changed.clear();
      state.merges.clear();
      state.subtasks.clear();
      state.plan.clear_subtasks();
      state.phase = coordinator_phase::idle;
      break;
    case pb::Event::kCoordinationFinished:
      state.why = event.coordination_finished().why();
      state.needs_fallback = event.coordination_finished().needs_fallback();
      if (event.coordination_finished().has_error())
        state.error = event.coordination_finished().error();
      close_round(state);
      state.phase = coordinator_phase::done;
      break;
    default:
      break; // Another actor's event.
  }
}

coordinator_state replay(pb::StartCoordination start,
                         const coordinator_settings& settings) {
  coordinator_state state;
  state.start = std::move(start);
  state.tree = state.start.base_tree();
  state.reports.assign(state.start.reports().begin(),
                       state.start.reports().end());
  auto history = std::move(*state.start.mutable_history());
  state.start.clear_history();
  for (auto& past : history)
    evolve(state, past, settings);
  for (auto& subtask : state.subtasks)
    if (subtask.phase == subtask_phase::running)
      subtask.phase = subtask_phase::waiting;
  return state;
}

} // namespace cohort::runtime::coordination
