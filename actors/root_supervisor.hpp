#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace cohort::actors {

/// A long-lived actor of the process.
struct child {
  std::string name;
  caf::actor handle;
  /// Starts it again; the argument is its new incarnation. None: the process
  /// cannot go on without it.
  std::function<caf::actor(uint64_t)> restart;
  /// It ends when the process's work is over: the reason is the process's.
  bool ends_process = false;
  bool is_optional = false; // Without it, too, the process goes on.
  /// When it dies too often it is started again later: others do its work.
  bool rests = false;
};

struct root_settings {
  unsigned restarts = 5; // Of one child within `window`; then it rests for as
                         // long, or the root gives up loudly.
  std::chrono::seconds window{60};
};

/// Keeps the long-lived actors alive, one for one, as an OTP supervisor does.
///
/// Owns:  the children. A child that can be restarted is, at most `restarts`
///        times in `window`; without an optional one it goes on, and one that
///        rests is started again when the window is over. So what a task does
///        to workers ends the task, which gives up after some attempts, and not
///        the process.
/// Links: monitors its children. What it gives up on ends it with
///        errc::internal, and whoever monitors it ends the process (exit code
///        70).
/// Ends:  on Shutdown, when it gives up, and with a child that ends the
///        process: the children first, in reverse order.
struct root_state {
  static inline const char* name = "root_supervisor";

  struct entry {
    child what;
    uint64_t incarnation = 1;
    std::deque<caf::actor_clock::time_point> restarts; // Within the window.
    std::optional<caf::actor_clock::time_point> rests_until; // No handle then.
  };

  std::vector<entry> children; // In start order.
};

root_supervisor_actor::behavior_type
root_supervisor(root_supervisor_actor::stateful_pointer<root_state> self,
                std::vector<child> children, root_settings settings);

} // namespace cohort::actors
