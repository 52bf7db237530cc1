#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace cohort::actors {

/// Serves clients of other processes: takes tasks in for them, and tells how
/// they go.
///
/// Owns:  the state of this head's tasks, as progress tells it; the last
///        `finished_tasks_max` that have ended, too. Older results are read
///        from the journal.
///        Begins with the first events of the tasks that go on from an earlier
///        process.
/// Sends: ClientReport to whoever sent the request, which is the link; requests
///        to the orchestrator and the pool; ReadEvents to the journal.
struct client_desk_state {
  static inline const char* name = "client_desk";

  static constexpr size_t finished_tasks_max = 1000;

  /// A request, and the way back to who made it.
  struct ask {
    caf::strong_actor_ptr link;
    uint64_t session = 0;
    uint64_t request = 0;
  };

  std::map<std::string, pb::TaskStatus> tasks; // By id: oldest first.
  std::map<std::string, pb::TaskResult> results;
  std::deque<std::string> finished;         // Oldest first.
  std::multimap<std::string, ask> watchers; // By task; "": all.
  /// Of the journal, which answers in this order.
  std::deque<std::pair<std::string, ask>> waits_for_result;
};

client_desk_actor::behavior_type
client_desk(client_desk_actor::stateful_pointer<client_desk_state> self,
            orchestrator_actor orchestrator, worker_pool_actor pool,
            journal_actor journal, progress_hub_actor progress,
            const std::vector<pb::Event>& unfinished);

} // namespace cohort::actors
