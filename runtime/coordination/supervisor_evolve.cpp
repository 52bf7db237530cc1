#include <iterator>
#include <utility>

#include "runtime/analysis/routing.hpp"
#include "runtime/coordination/coordinator_knowledge.hpp"
#include "runtime/coordination/supervisor_knowledge.hpp"
#include "runtime/coordination/supervisor_machine.hpp"
#include "runtime/coordination/work_units.hpp"

/// What events do to a supervisor's state; what they are decided by stands in
/// supervisor_machine.cpp.
namespace cohort::runtime::coordination {

namespace {

/// What is known once the attempt's patch is in the tree.
std::vector<pb::UnitReport> after_patch(std::vector<pb::UnitReport> known,
                                        const pb::AttemptResult& result) {
  auto& files = result.patch().files();
  if (result.has_patch())
    known = unaffected(known, {files.begin(), files.end()});
  auto& checked = result.repair().checked();
  add_missing(known, {checked.begin(), checked.end()});
  return known;
}

std::vector<pb::UnitReport> reports_in(const pb::GatesChecked& checked) {
  return {checked.reports().begin(), checked.reports().end()};
}

supervisor_phase phase_after(const pb::TaskRouted& routed) {
  if (routed.errors() == 0)
    return supervisor_phase::comparing;
  return routed.decision().mode() == pb::EXECUTION_MODE_PARALLEL
           ? supervisor_phase::coordinating
           : supervisor_phase::working;
}

} // namespace

std::string_view to_string(supervisor_phase phase) {
  switch (phase) {
    case supervisor_phase::idle:
      return "idle";
    case supervisor_phase::snapshotting:
      return "snapshotting";
    case supervisor_phase::preparing:
      return "preparing";
    case supervisor_phase::probing:
      return "probing";
    case supervisor_phase::coordinating:
      return "coordinating";
    case supervisor_phase::coordinated:
      return "coordinated";
    case supervisor_phase::working:
      return "working";
    case supervisor_phase::comparing:
      return "comparing";
    case supervisor_phase::gating:
      return "gating";
    case supervisor_phase::judged:
      return "judged";
    case supervisor_phase::blaming:
      return "blaming";
    case supervisor_phase::reverting:
      return "reverting";
    case supervisor_phase::delivering:
      return "delivering";
    case supervisor_phase::delivered:
      return "delivered";
    case supervisor_phase::done:
      return "done";
  }
  return "unknown";
}

void evolve(supervisor_state& state, const pb::Event& event) {
  switch (event.payload_case()) {
    case pb::Event::kAccepted:
      state.request = event.accepted().request();
      state.task = analysis::convert_to_complex_task(
        state.request.task_id(), state.request.description(),
        state.request.mode(), state.request.workspace_root());
      if (state.request.has_specialty())
        *state.task.mutable_specialty() = state.request.specialty();
      state.phase = supervisor_phase::snapshotting;
      break;
    case pb::Event::kSnapshot:
      state.tree = event.snapshot().tree();
      state.base_tree = event.snapshot().base_tree().empty()
                          ? state.tree
                          : event.snapshot().base_tree();
      state.phase = supervisor_phase::preparing;
      break;
    case pb::Event::kPrepared:
      state.workspace = event.prepared().workspace();
      state.phase = supervisor_phase::probing;
      break;
    case pb::Event::kEvidence:
      for (auto& report : event.evidence().reports()) {
        state.before.push_back(report);
        // Another tree may be built in another way.
        if (!state.request.judge_only())
          state.known.push_back(report);
      }
      // Nothing is routed: what is told of the base was told at once.
      if (state.request.judge_only())
        state.phase = supervisor_phase::comparing;
      break;
    case pb::Event::kRouted:
      state.routing = event.routed().decision();
      state.phase = phase_after(event.routed());
      break;
    case pb::Event::kCoordinatorStarted:
      state.coordinator_starts = event.coordinator_started().start();
      break;
    case pb::Event::kCoordinationFinished:
      state.tree = event.coordination_finished().tree();
      break;
    case pb::Event::kFallbackStarted:
      state.fell_back = true;
      state.fallback_reason = event.fallback_started().why();
      state.phase = supervisor_phase::working;
      break;
    case pb::Event::kFallbackFinished:
      state.tree = event.fallback_finished().tree();
      state.sequential = event.fallback_finished().result();
      state.known = after_patch(state.known, state.sequential);
      state.phase = supervisor_phase::comparing;
      break;
    case pb::Event::kGatesChecked:
      add_missing(state.known, reports_in(event.gates_checked()));
      break;
    case pb::Event::kGates:
      state.gates = event.gates();
      forgive_flaky(state);
      state.changed_files = {event.gates().changed_files().begin(),
                             event.gates().changed_files().end()};
      state.phase = supervisor_phase::judged;
      break;
    case pb::Event::kReverted:
      state.tree = event.reverted().tree();
      state.reverted = {event.reverted().files().begin(),
                        event.reverted().files().end()};
      state.known = unaffected(state.known, state.reverted);
      state.phase = supervisor_phase::comparing;
      break;
    case pb::Event::kCulpritsFound:
      take_in(state, event.culprits_found());
      break;
    case pb::Event::kDelivered:
      state.delivery = event.delivered();
      state.phase = supervisor_phase::delivered;
      break;
    case pb::Event::kDeadlinePassed:
      state.out_of_time = true;
      // What was merged before a fallback is handed over.
      if (state.phase == supervisor_phase::working
          && state.tree != state.base_tree)
        state.phase = supervisor_phase::comparing;
      break;
    case pb::Event::kCancelled:
      state.cancellation = event.cancelled().reason();
      break;
    case pb::Event::kResumed:
      state.resumptions = event.resumed().time();
      break;
    case pb::Event::kFinished:
      state.result = event.finished().result();
      state.phase = supervisor_phase::done;
      break;
    default:
      break; // Another actor's event, or one that changes nothing here.
  }
}

supervisor_state replay(const pb::EventList& history,
                        const supervisor_settings& settings) {
  supervisor_state state;
  auto& events = history.events();
  for (auto event = events.begin(); event != events.end(); ++event) {
    if (state.phase == supervisor_phase::done)
      break; // A coordinator that was stopped then had a last word.
    evolve(state, *event);
    if (!event->has_coordination_finished())
      continue;
    pb::EventList so_far;
    so_far.mutable_events()->Assign(events.begin(), std::next(event));
    take_in(state,
            report_of(replay_coordinators(state, std::move(so_far), settings)));
  }
  return state;
}

} // namespace cohort::runtime::coordination
