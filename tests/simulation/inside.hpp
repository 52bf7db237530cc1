#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>

namespace cohort::tests::simulation {

/// The state of an actor, which nobody else may see; nullptr once it is over.
template <class State, class Handle>
const State* inside(const Handle& handle) {
  auto* actor = dynamic_cast<typename Handle::template stateful_pointer<State>>(
    caf::actor_cast<caf::abstract_actor*>(handle));
  return actor == nullptr
             || actor->getf(caf::abstract_actor::is_terminated_flag)
           ? nullptr
           : &actor->state;
}

} // namespace cohort::tests::simulation
