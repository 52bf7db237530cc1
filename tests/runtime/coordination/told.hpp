#pragma once

#include <string>
#include <vector>

#include "tests/runtime/coordination/machines.hpp"

/// A machine's state as far as its events tell it, as text to compare.
namespace cohort::tests {

template <class Messages>
std::string text_of(const Messages& all) {
  std::string result;
  for (auto& message : all)
    result += message.ShortDebugString() + '\n';
  return result;
}

inline std::string told(const coordination::coordinator_state& state) {
  using coordination::coordinator_phase;
  using coordination::subtask_phase;
  auto phase = state.phase == coordinator_phase::probing
                 ? coordinator_phase::executing
                 : state.phase;
  auto text = "phase " + std::to_string(static_cast<int>(phase)) + " round "
              + std::to_string(state.round) + ' ' + state.base_tree + " -> "
              + state.tree + (state.refused ? " refused" : "")
              + (state.needs_fallback ? " needs fallback" : "")
              + (state.something_failed ? " something failed " : " ")
              + std::to_string(state.failed_share) + ' '
              + (state.error ? state.error->message() : "") + state.why + '\n'
              + text_of(state.reports) + state.plan.ShortDebugString() + '\n';
  for (auto& subtask : state.subtasks) {
    auto at = subtask.phase == subtask_phase::running ? subtask_phase::waiting
                                                      : subtask.phase;
    text += std::string{to_string(at)} + ' '
            + std::to_string(subtask.rebase_attempts) + ' '
            + std::to_string(subtask.rank) + ' ' + subtask.why + ' '
            + std::to_string(subtask.merges_before) + ' '
            + subtask.result.ShortDebugString() + '\n';
  }
  for (auto& file : state.changed)
    text += "changed " + file + '\n';
  text += text_of(state.merges) + text_of(state.checked);
  for (auto& [file, digest] : state.exhausted)
    text += file + ": " + digest + '\n';
  text += state.first_plan.ShortDebugString() + '\n'
          + text_of(state.first_verdicts) + text_of(state.history)
          + text_of(state.fixes);
  for (auto& [file, left] : state.left)
    text += file + ": " + text_of(left) + '\n';
  return text;
}

/// What `replay` makes of the journal.
inline std::string told_by_events(const machines& live) {
  auto start = live.coordinator->start;
  start.mutable_history()->Add(live.journal.begin(), live.journal.end());
  return told(coordination::replay(std::move(start), live.coordinating));
}

/// What a machine has asked for is asked for again, from the phase before.
inline coordination::supervisor_phase
phase_told(coordination::supervisor_phase phase) {
  using coordination::supervisor_phase;
  switch (phase) {
    case supervisor_phase::coordinated: // Nothing else is to be done then.
    case supervisor_phase::gating:
      return supervisor_phase::comparing;
    case supervisor_phase::blaming:
    case supervisor_phase::reverting:
    case supervisor_phase::delivering:
      return supervisor_phase::judged;
    default:
      return phase;
  }
}

inline std::string told(const coordination::supervisor_state& state) {
  auto text = std::string{to_string(phase_told(state.phase))} + '\n'
              + state.request.ShortDebugString() + '\n'
              + state.task.ShortDebugString() + '\n' + state.base_tree + " -> "
              + state.tree + '\n' + state.workspace.ShortDebugString() + '\n'
              + text_of(state.before) + "known\n" + text_of(state.known)
              + state.routing.ShortDebugString() + '\n'
              + state.coordination.ShortDebugString() + '\n'
              + state.sequential.ShortDebugString() + '\n'
              + state.gates.ShortDebugString() + '\n';
  for (auto& file : state.changed_files)
    text += "changed " + file + '\n';
  for (auto& file : state.reverted)
    text += "reverted " + file + '\n';
  return text + state.delivery.ShortDebugString() + "\nstarts "
         + std::to_string(state.coordinator_starts) + " resumed "
         + std::to_string(state.resumptions)
         + (state.out_of_time ? " out of time" : "")
         + (state.cancellation ? " cancelled: " + *state.cancellation : "")
         + (state.fell_back ? " fell back: " : "") + state.fallback_reason
         + '\n' + state.result.ShortDebugString() + '\n';
}

/// What `replay` makes of the journal.
inline std::string supervisor_told_by_events(const machines& live) {
  pb::EventList history;
  history.mutable_events()->Add(live.journal.begin(), live.journal.end());
  return told(coordination::replay(history, live.supervising));
}

} // namespace cohort::tests
