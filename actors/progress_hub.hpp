#pragma once

#include <cstdint>
#include <map>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/telemetry/progress_buffer.hpp"
#include "runtime/telemetry/settings.hpp"

namespace cohort::actors {

/// Tells subscribers what goes on, no more often than they can read.
///
/// Owns:  one bounded buffer a subscriber.
/// Sends: ProgressBatch every `progress_update_interval` while there is news;
///        at once when a terminal event is among it.
/// Links: monitors subscribers, and forgets those that are gone.
struct progress_hub_state {
  static inline const char* name = "progress_hub";

  struct subscriber {
    caf::strong_actor_ptr handle;
    std::string task_id; // Empty: all.
    runtime::telemetry::progress_buffer buffer;
  };

  std::map<uint64_t, subscriber> subscribers; // In order of arrival.
  uint64_t next = 1;
  bool timer_runs = false;
};

progress_hub_actor::behavior_type
progress_hub(progress_hub_actor::stateful_pointer<progress_hub_state> self,
             timer_actor timer, runtime::telemetry::progress_settings settings);

} // namespace cohort::actors
