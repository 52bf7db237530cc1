#pragma once

#include <memory>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/journal/event_log.hpp"

namespace cohort::actors {

/// Writes the event log, the only one that does.
///
/// Owns:   the log. Group commit: what arrives while one batch is written makes
///         the next batch.
/// Sends:  EventsStored once the events are durable, or with the reason why
/// they
///         are not; EventList.
/// Blocks: in the log, so production spawns it detached.
/// Fails:  never; a failed batch is reported to each of its senders.
/// Ends:   behind what was sent to it before: that is stored first.
struct journal_state {
  static inline const char* name = "journal";

  struct pending {
    caf::strong_actor_ptr sender;
    std::vector<pb::Event> events;
  };

  std::shared_ptr<runtime::journal::event_log> log;
  std::vector<pending> batch;
  bool flushing = false;
  bool ending = false;
};

journal_actor::behavior_type
journal(journal_actor::stateful_pointer<journal_state> self,
        std::shared_ptr<runtime::journal::event_log> log);

} // namespace cohort::actors
