#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/gateway.hpp"
#include "tests/simulation/effects.hpp"

namespace cohort::tests::simulation {

/// A courier whose trees are names: each crosses in one part, in the messages
/// that production's objects cross in.
struct simulated_courier_state {
  static inline const char* name = "courier";

  /// Who waits for a tree, by session and tree.
  std::map<std::pair<uint64_t, std::string>, std::vector<caf::strong_actor_ptr>>
    waiting;
  uint64_t next_ask = 1;
};

actors::courier_actor::behavior_type simulated_courier(
  actors::courier_actor::stateful_pointer<simulated_courier_state> self,
  actors::link_actor link, std::shared_ptr<tree_room> trees);

/// Makes couriers of a host that has `trees`.
inline actors::courier_factory courier_at(std::shared_ptr<tree_room> trees) {
  return [trees](caf::local_actor* parent, actors::link_actor link) {
    return parent->spawn<caf::linked>(simulated_courier, link, trees);
  };
}

} // namespace cohort::tests::simulation
