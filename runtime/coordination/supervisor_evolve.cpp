#include "runtime/analysis/routing.hpp"
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
    case supervisor_phase::working:
      return "working";
    case supervisor_phase::comparing:
      return "comparing";
    case supervisor_phase::gating:
      return "gating";
    case supervisor_phase::reverting:
      return "reverting";
    case supervisor_phase::delivering:
      return "delivering";
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
      state.phase = supervisor_phase::snapshotting;
      break;
    case pb::Event::kSnapshot:
      state.base_tree = event.snapshot().tree();
      state.tree = state.base_tree;
      state.phase = supervisor_phase::preparing;
      break;
    case pb::Event::kPrepared:
      state.workspace = event.prepared().workspace();
      state.phase = supervisor_phase::probing;
      break;
    case pb::Event::kEvidence:
      for (auto& report : event.evidence().reports()) {
        state.before.push_back(report);
        state.known.push_back(report);
      }
      break;
    case pb::Event::kRouted:
      state.routing = event.routed().decision();
      break;
    case pb::Event::kCoordinationFinished:
      state.tree = event.coordination_finished().tree();
      break;
    case pb::Event::kFallbackStarted:
      state.fell_back = true;
      state.fallback_reason = event.fallback_started().why();
      break;
    case pb::Event::kFallbackFinished:
      state.tree = event.fallback_finished().tree();
      state.sequential = event.fallback_finished().result();
      state.known = after_patch(state.known, state.sequential);
      break;
    case pb::Event::kReverted:
      state.tree = event.reverted().tree();
      state.reverted = {event.reverted().files().begin(),
                        event.reverted().files().end()};
      break;
    case pb::Event::kFinished:
      state.result = event.finished().result();
      state.phase = supervisor_phase::done;
      break;
    default:
      break; // Another actor's event, or one that changes nothing here.
  }
}

} // namespace cohort::runtime::coordination
