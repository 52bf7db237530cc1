#pragma once

#include <optional>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/coordination/coordinator_machine.hpp"

namespace cohort::actors {

/// Leads the parallel way of one task: the shell of coordinator_machine.
///
/// Owns:  the machine's state.
/// Sends: what the machine decides, each decision to the journal first; one
///        CoordinationReport to whoever started it, and then it quits.
/// Links: monitors whoever started it, and ends with it.
/// Fails: an exception ends it; the task supervisor starts another one from the
///        journal.
struct coordinator_state {
  static inline const char* name = "coordinator";

  runtime::coordination::coordinator_state machine;
  caf::strong_actor_ptr supervisor;
  std::optional<caf::actor_clock::time_point> deadline; // The task's.
  std::optional<pb::CoordinationReport>
    report; // Goes out once units are stopped.
};

coordinator_actor::behavior_type
coordinator(coordinator_actor::stateful_pointer<coordinator_state> self,
            services others,
            runtime::coordination::coordinator_settings settings);

} // namespace cohort::actors
