#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/execution/unit_runner.hpp"

namespace cohort::actors {

struct worker_settings {
  std::string name;         // "w1"
  std::string node;         // Where it lives, for people.
  uint64_t incarnation = 1; // Larger after every restart.
  std::vector<pb::Specialty> specialties;
  uint32_t credits = 1;
};

/// Carries out assignments, one at a time, in the order of their arrival.
///
/// Owns:  one unit_runner (and through it one slot and one process tree).
/// Sends: WorkerHello to the pool when it starts; AttemptsFinished, batched
/// when
///        several took no time; CancelAcknowledged once nothing of the attempt
///        runs any more (at once when it never ran or is over);
///        AttemptProgress, once a second at most.
/// Fails: an exception in the runner ends the worker; the pool hears of it.
struct worker_state {
  static inline const char* name = "worker";

  std::unique_ptr<runtime::execution::unit_runner> runner;
  std::deque<pb::Assignment> waiting;
  std::optional<pb::FinishedAttempt> running; // Its result is not there yet.
  bool cancelling = false;
};

local_worker_actor::behavior_type worker(
  local_worker_actor::stateful_pointer<worker_state> self,
  dispatcher_actor pool, worker_settings settings,
  std::shared_ptr<std::unique_ptr<runtime::execution::unit_runner>> runner);

/// Wraps a runner so that it can be handed to `worker` through spawn.
inline std::shared_ptr<std::unique_ptr<runtime::execution::unit_runner>>
hand_over(std::unique_ptr<runtime::execution::unit_runner> runner) {
  return std::make_shared<std::unique_ptr<runtime::execution::unit_runner>>(
    std::move(runner));
}

} // namespace cohort::actors
