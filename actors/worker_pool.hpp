#pragma once

#include <map>
#include <memory>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/scheduling/pool.hpp"

namespace cohort::actors {

struct worker_pool_settings {
  runtime::scheduling::pool_settings pool;
  uint64_t head_epoch = 1;
  uint64_t seed = 1;
};

/// Brings ready units and free workers together: the shell of scheduling::pool.
///
/// Owns:  the pool's state, and the handles that its numbers stand for.
/// Sends: Assignments and CancelAttempt to workers, UnitsFinished and
///        UnitsCancelled to requesters, AttemptSpans to the observer, each
///        batched over one message's effects; Drained, behind the last results.
/// Links: monitors workers and requesters; a dead worker's units run elsewhere,
/// a
///        dead requester's are stopped.
/// Time:  one timer at a time, while the pool waits for something.
struct worker_pool_state {
  static inline const char* name = "worker_pool";

  std::unique_ptr<runtime::scheduling::pool> pool;
  std::map<caf::actor_addr, uint32_t> numbers; // Of workers and requesters.
  std::map<uint32_t, worker_actor> workers;
  std::map<uint32_t, caf::strong_actor_ptr> requesters;
  caf::strong_actor_ptr observer; // Null: nobody asked.
  caf::strong_actor_ptr drainer;  // Waits for Drained.
  uint32_t next_number = 1;
  uint64_t timer_generation = 0;
  bool timer_runs = false;
  runtime::scheduling::time_point timer_due;
};

worker_pool_actor::behavior_type
worker_pool(worker_pool_actor::stateful_pointer<worker_pool_state> self,
            timer_actor timer, worker_pool_settings settings);

} // namespace cohort::actors
