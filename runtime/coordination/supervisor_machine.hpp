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
#include "runtime/coordination/specialists.hpp"
#include "runtime/expected.hpp"
#include "runtime/quality/blame.hpp"
#include "runtime/resilience/settings.hpp"

/// A whole task as a state machine: what its supervisor does.
///
///   snapshot -> prepare -> probe -> coordinate (parallel) -----.
///                               '-> work (sequential) ---------+-> gate ->
///                               deliver -> done
///                                                  ^           |     |
///                                                  '- fallback-'     '- revert
///                                                  what broke a unit, or blame
///                                                  and take out what broke a
///                                                  test, and gate once more
///
/// A task that judges only probes the base, and has the gates judge the
/// snapshot against it: snapshot -> prepare -> probe -> gate -> done.
///
/// Every phase can end the task with a result that says why. Only `evolve`
/// changes what an event can tell, so that a supervisor that is given the
/// task's journal goes on from the last event: it asks again for what was in
/// flight, and for nothing else. The fallback runs
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
  specialists who;                  // Who does which kind of work.
};

enum class supervisor_phase : uint8_t {
  idle,
  snapshotting,
  preparing,
  probing,
  coordinating,
  coordinated, // The report is there.
  working,     // Sequentially: the route, or the fallback.
  comparing,
  gating,
  judged,
  blaming, // What broke the tests is being looked for.
  reverting,
  delivering,
  delivered,
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
  pb::CoordinationReport coordination; // Its `reports` are among `known`.
  pb::AttemptResult sequential; // Of the sequential route or the fallback.
  pb::GatesDecided gates;
  std::vector<std::string> changed_files; // Between base_tree and tree.
  std::vector<std::string> reverted;
  pb::CulpritsFound culprits; // No checks: they were not looked for.
  pb::ResultDelivered delivery;
  uint32_t coordinator_starts = 0;
  uint32_t resumptions = 0;
  bool fell_back = false;
  std::string fallback_reason;
  bool out_of_time = false;
  std::optional<std::string> cancellation; // The reason.
  pb::TaskResult result;                   // Once done.

  // In flight; not journaled.
  std::map<uint64_t, pb::CheckUnit> checks; // By ticket.
  std::vector<pb::UnitReport> fresh;
  std::optional<std::string> coordinator_death; // Its history is being read.
  std::vector<pb::ChangedFile> compared; // Its files become `changed_files`.
  std::vector<pb::Objection> objections; // To what was compared.
  std::optional<quality::blame> blame;
  bool blame_failed = false;
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
                 pb::BreakerChange, pb::CoordinationReport, coordinator_down,
                 pb::EventList, pb::CompareReport, pb::GatesFinished,
                 pb::RevertReport, pb::DeliveryReport, deadline_passed,
                 cancelled, error>;

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

/// The state of a supervisor that died after the last of these events, which
/// are those of the whole task.
supervisor_state replay(const pb::EventList& history,
                        const supervisor_settings& settings);

/// An `error` input says that the store, or whoever was asked last, failed; an
/// EventList is the task's journal, and the first input of a supervisor that
/// takes a task over. Inputs after the result, and those that the phase does
/// not wait for, are ignored.
supervisor_decision decide(supervisor_state& state, supervisor_input input,
                           const supervisor_settings& settings);

} // namespace cohort::runtime::coordination
