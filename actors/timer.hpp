#pragma once

#include <chrono>
#include <cstdint>
#include <queue>
#include <vector>

#include <caf/actor_clock.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace cohort::actors {

/// Keeps every deadline of the process in one heap.
///
/// Owns:  the heap; weak references only, so that a timer keeps nobody alive.
/// Sends: TimerExpired; a tick to itself while the heap is not empty, at most
///        `tick` ahead, so that a far deadline never holds the process.
/// Time:  self->clock().
struct timer_state {
  static inline const char* name = "timer";

  struct entry {
    caf::actor_clock::time_point due;
    uint64_t order; // Of arrival: equal deadlines expire in that order.
    caf::weak_actor_ptr owner;
    pb::TimerExpired message;

    friend bool operator<(const entry& a, const entry& b) {
      return std::tie(b.due, b.order) < std::tie(a.due, a.order);
    }
  };

  std::priority_queue<entry> heap;
  uint64_t arrivals = 0;
  bool ticking = false;
};

timer_actor::behavior_type
timer(timer_actor::stateful_pointer<timer_state> self,
      std::chrono::milliseconds tick = std::chrono::milliseconds{20});

} // namespace cohort::actors
