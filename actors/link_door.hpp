#pragma once

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace cohort::actors {

/// The one actor whose handle crosses to other processes, so that a peer can
/// say nothing but envelopes, and reach nobody else.
///
/// Owns:  nothing. What comes goes on to the link as it came, sender included.
/// Fails: never by itself; a peer may kill it, and whoever supervises it
///        publishes another.
struct link_door_state {
  static inline const char* name = "link_door";
};

inline door_actor::behavior_type
link_door(door_actor::stateful_pointer<link_door_state> self, link_actor link) {
  return {
    [=](pb::Envelope& envelope) {
      // Not delegated: a request would be answered by the link, whose handle
      // would cross with the answer.
      if (auto sender = self->current_sender())
        caf::send_as(caf::actor_cast<caf::actor>(sender), link,
                     std::move(envelope));
      else // As a head's come.
        caf::anon_send(link, std::move(envelope));
    },
  };
}

} // namespace cohort::actors
