#pragma once

#include <optional>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/interfaces.hpp"
#include "nodes/silent_connections.hpp"
#include "nodes/transport.hpp"

namespace cohort::nodes {

/// Keeps a head reachable. A peer may kill what it can name, and the door is
/// all that it can: another one takes its place, on the same port. And whoever
/// connects and says nothing is sent away, before the descriptors are used up.
///
/// Owns:   the door, which ends with it.
/// Fails:  when the port cannot be opened again; a head that nobody reaches is
///         no use, so its supervisor ends it.
/// Blocks: in CAF's network layer, so it is spawned detached.
struct door_keeper_state {
  static inline const char* name = "door_keeper";

  actors::door_actor door;
  std::optional<silent_connections> silent;
};

caf::behavior door_keeper(caf::stateful_actor<door_keeper_state>* self,
                          actors::timer_actor timer, actors::link_actor gateway,
                          actors::door_actor door, endpoint where,
                          transport how);

} // namespace cohort::nodes
