#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/quality/settings.hpp"

namespace cohort::actors {

/// Measures an integrated tree, and has the gates judge it.
///
/// Owns:  the runs that are under way.
/// Sends: check and test units to the pool; GatesFinished to whoever asked.
///        CancelUnits is passed on to the pool, and its answer back.
struct gatekeeper_state {
  static inline const char* name = "gatekeeper";

  struct run {
    caf::strong_actor_ptr asker;
    pb::RunGates request;
    std::map<uint64_t, pb::CheckUnit> checks; // Under way, by ticket.
    std::vector<pb::UnitReport> after;
    std::optional<uint64_t> tests_before; // Tickets under way.
    std::optional<uint64_t> tests_after;
    std::optional<pb::TestReport> before;
    pb::TestReport tests;
    bool tests_are_due = false; // Once the checks say that it builds.
    caf::actor_clock::time_point started;
    double check_seconds = 0;
    std::vector<pb::BreakerChange> breakers; // Because of its units.
  };

  std::map<std::string, run> runs;                       // By task.
  std::map<std::string, caf::strong_actor_ptr> stopping; // By task.
  uint64_t next_ticket = 1;
};

gatekeeper_actor::behavior_type
gatekeeper(gatekeeper_actor::stateful_pointer<gatekeeper_state> self,
           worker_pool_actor pool, runtime::quality::gate_settings settings);

} // namespace cohort::actors
