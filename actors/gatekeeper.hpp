#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/coordination/gate_run.hpp"
#include "runtime/quality/settings.hpp"

namespace cohort::actors {

/// Measures an integrated tree, and has the gates judge it.
///
/// Owns:  the runs that are under way.
/// Sends: units of all kinds that measure to the pool; GatesFinished to whoever
///        asked. CancelUnits is passed on to the pool, and its answer back.
struct gatekeeper_state {
  static inline const char* name = "gatekeeper";

  struct run {
    caf::strong_actor_ptr asker;
    runtime::coordination::gate_run measures;
  };

  std::map<std::string, run> runs;                       // By task.
  std::map<std::string, caf::strong_actor_ptr> stopping; // By task.
  uint64_t next_ticket = 1;
};

gatekeeper_actor::behavior_type
gatekeeper(gatekeeper_actor::stateful_pointer<gatekeeper_state> self,
           worker_pool_actor pool, runtime::quality::gate_settings settings);

} // namespace cohort::actors
