#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/coordination.pb.h"
#include "messages/v1/event.pb.h"
#include "messages/v1/progress.pb.h"
#include "messages/v1/quality.pb.h"
#include "messages/v1/workspace.pb.h"
#include "runtime/analysis/settings.hpp"
#include "runtime/coordination/machine_step.hpp"
#include "runtime/expected.hpp"
#include "runtime/resilience/settings.hpp"

/// A whole task as a state machine: what its supervisor does.
///
///   snapshot -> prepare -> probe -> coordinate (parallel) -----.
///                               '-> work (sequential) ---------+-> gate ->
///                               deliver -> done
///                                                  ^           |     |
///                                                  '- fallback-'     '- revert
///                                                  and gate once more
///
/// Every phase can end the task with a result that says why. The fallback runs
/// `execute_sequential_fallback` from the last good integration tree: after the
/// coordinator died too often, the council refused, or subtasks failed.
///
/// Pure; same rules as coordinator_machine.hpp.
namespace cohort::runtime::coordination {

namespace pb = messages::v1;

struct supervisor_settings {
  resilience::supervision_settings supervision;
  analysis::routing_settings routing;
  bool has_parallel_support = true; // A coordinator can be had.
  bool deliver = true;              // Write the branch or patch file.
  bool no_branch = false;
  bool apply = false;
};

enum class supervisor_phase : uint8_t {
  idle,
  snapshotting,
  preparing,
  probing,
  coordinating,
  working, // Sequentially: the route, or the fallback.
  comparing,
  gating,
  reverting,
  delivering,
  done,
};

[[nodiscard]] std::string_view to_string(supervisor_phase phase);

struct supervisor_state {
  pb::TaskRequest request;
  pb::ComplexTask task;
  supervisor_phase phase = supervisor_phase::idle;
  std::string base_tree;
  std::string tree; // Last good integration tree.
  pb::PreparedWorkspace workspace;
  std::vector<pb::UnitReport> before; // Of base_tree.
  std::vector<pb::UnitReport> known;  // Those that hold for `tree`.
  pb::RoutingDecision routing;
  pb::CoordinationReport coordination;
  pb::AttemptResult sequential; // Of the sequential route or the fallback.
  pb::GatesFinished gates;
  std::vector<std::string> changed_files; // Between base_tree and tree.
  std::vector<std::string> reverted;
  std::vector<pb::WorkerError> problems;
  uint32_t coordinator_starts = 0;
  std::optional<std::string> coordinator_death; // Its history is being read.
  bool fell_back = false;
  std::string fallback_reason;
  bool out_of_time = false;
  bool gated_again = false;
  pb::TaskResult result; // Once done.

  // In flight; not journaled.
  std::map<uint64_t, pb::CheckUnit> checks;
  uint64_t only_unit = 0; // Ticket of what prepares or works.
  uint64_t next_ticket = 1;
  uint64_t gate_run = 0;
};

/// The coordinator died without a report.
struct coordinator_down {
  std::string why;
};
struct deadline_passed {};
struct cancelled {
  std::string reason;
};

using supervisor_input
  = std::variant<pb::TaskRequest, pb::SnapshotReport, pb::AttemptResult,
                 pb::CoordinationReport, coordinator_down, pb::EventList,
                 pb::CompareReport, pb::GatesFinished, pb::RevertReport,
                 pb::DeliveryReport, deadline_passed, cancelled, error>;

struct start_coordinator {
  pb::StartCoordination message;
};
struct stop_coordinator {
  std::string why;
};

using supervisor_effect
  = std::variant<pb::TakeSnapshot, pb::SubmitUnits, start_coordinator,
                 stop_coordinator, pb::ReadEvents, pb::CompareTrees,
                 pb::RunGates, pb::RevertFiles, pb::DeliverResult,
                 pb::ProgressEvent, pb::TaskResult>;

using supervisor_decision = machine_decision<supervisor_effect>;

void evolve(supervisor_state& state, const pb::Event& event);

/// An `error` input says that the store, or whoever was asked last, failed; an
/// EventList is the task's journal. Inputs after the result, and those that the
/// phase does not wait for, are ignored.
supervisor_decision decide(supervisor_state& state, supervisor_input input,
                           const supervisor_settings& settings);

} // namespace cohort::runtime::coordination
