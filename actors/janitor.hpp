#pragma once

#include <chrono>
#include <functional>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace cohort::actors {

using janitor_actor = caf::typed_actor<accepts<pb::TimerExpired>>;

struct janitor_settings {
  std::chrono::milliseconds interval;
  std::function<void()> clean;
};

/// Cleans up from time to time, the first time after one interval. The next one
/// is counted from the end of the last.
///
/// Sends:  StartTimer.
/// Blocks: in `clean`, so production spawns it detached.
struct janitor_state {
  static inline const char* name = "janitor";
};

janitor_actor::behavior_type
janitor(janitor_actor::stateful_pointer<janitor_state> self, timer_actor timer,
        janitor_settings settings);

} // namespace cohort::actors
