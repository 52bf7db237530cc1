#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/coordination.pb.h"
#include "messages/v1/council.pb.h"
#include "messages/v1/event.pb.h"
#include "messages/v1/progress.pb.h"
#include "messages/v1/workspace.pb.h"
#include "runtime/coordination/machine_step.hpp"
#include "runtime/decomposition/settings.hpp"
#include "runtime/expected.hpp"
#include "runtime/resilience/settings.hpp"

/// The parallel way of one task as a state machine.
///
///   idle --start--> reviewing --approved--> executing --all settled--> probing
///                      |                        ^                        |
///                      | refused                '--- errors, progress ---'
///                      v                                                 |
///                      otherwise
///                    done <----------------------------------------------'
///
/// A subtask: waiting -> running -> merging -> merged | empty | conflicted |
/// failed | withdrawn; a conflict within `max_rebase_attempts` goes back to
/// waiting.
///
/// Pure: no clock, no I/O. Only `evolve` changes what an event can tell, so
/// that replaying the journal gives the same state; `decide` returns the events
/// that it has evolved the state by, to be journaled, and effects to be carried
/// out. What is in flight (checks, a merge, a review) is not in the journal: a
/// coordinator that starts with a history asks for it again.
namespace cohort::runtime::coordination {

namespace pb = messages::v1;

struct coordinator_settings {
  resilience::supervision_settings supervision;
  decomposition::decomposition_settings decomposition;
  bool council = true;
  unsigned workers = 8;
};

enum class coordinator_phase : uint8_t {
  idle,     // Between rounds.
  planning, // The round has begun, and has no plan yet.
  reviewing,
  executing,
  probing,
  done
};

enum class subtask_phase : uint8_t {
  waiting,
  running,
  merging,
  merged,
  empty,      // Nothing could be repaired.
  conflicted, // Still conflicts after `max_rebase_attempts`.
  failed,
  withdrawn, // Merged, and taken out again: a unit that compiled broke.
};

[[nodiscard]] std::string_view to_string(subtask_phase phase);
[[nodiscard]] bool is_settled(subtask_phase phase);

struct subtask_state {
  subtask_phase phase = subtask_phase::waiting;
  uint64_t ticket = 0;
  uint32_t rebase_attempts = 0;
  pb::AttemptResult result; // Of the last attempt.
  double rank = 0;
  std::string why;
  size_t merges_before = 0; // Merges of the round at its last dispatch.
};

struct coordinator_state {
  pb::StartCoordination start;
  coordinator_phase phase = coordinator_phase::idle;
  uint32_t round = 0;
  std::string base_tree;               // Of the round.
  std::string tree;                    // Integration tree.
  std::vector<pb::UnitReport> reports; // Of base_tree.
  pb::Decomposition plan;              // Of the round.
  std::vector<subtask_state> subtasks; // Parallel to plan.subtasks.
  std::set<std::string> changed;       // Files merged in this round.
  std::vector<pb::PatchMerged> merges; // Of this round, in order.
  std::vector<pb::UnitReport> checked; // After it; becomes `reports`.
  double failed_share = 0;             // Of the last round's subtasks.
  uint64_t next_ticket = 1;
  bool refused = false;        // By the council.
  bool needs_fallback = false; // Once done; `why`, too.
  std::string why;
  std::optional<pb::WorkerError> error; // Once done.
  /// Files of which nothing more could be repaired, with a digest of the errors
  /// that they had then: looked at again only when these change.
  std::map<std::string, std::string> exhausted;
  // Of all rounds.
  pb::Decomposition first_plan;
  std::vector<pb::Verdict> first_verdicts;
  std::vector<pb::SubtaskResult> history;
  std::vector<pb::FixAttempt> fixes;
  std::map<std::string, std::vector<pb::Leftover>> left; // By file.
  bool something_failed = false;

  // In flight; not journaled.
  std::map<uint64_t, pb::CheckUnit> checks; // By ticket.
  std::vector<pb::UnitReport> fresh;
  std::optional<size_t> merging;
};

using coordinator_input
  = std::variant<pb::StartCoordination, pb::ReviewOutcome, pb::AttemptResult,
                 pb::BreakerChange, pb::MergeReport, pb::StopCoordination,
                 error>;

using coordinator_effect
  = std::variant<pb::ReviewRequest, pb::SubmitUnits, pb::MergePatch,
                 pb::CoordinationReport, pb::ProgressEvent>;

using coordinator_decision = machine_decision<coordinator_effect>;

void evolve(coordinator_state& state, const pb::Event& event,
            const coordinator_settings& settings);

/// The state of a coordinator that was started so and died after the last event
/// of the start's history. Events of others among them change nothing; what ran
/// counts as waiting, since nobody hears of it any more.
coordinator_state replay(pb::StartCoordination start,
                         const coordinator_settings& settings);

/// An `error` input says that the store or the journal could not do what was
/// asked. Inputs after the report, and late ones, are ignored.
coordinator_decision decide(coordinator_state& state, coordinator_input input,
                            const coordinator_settings& settings);

} // namespace cohort::runtime::coordination
