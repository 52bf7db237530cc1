#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/workspace/object_exchange.hpp"
#include "runtime/workspace/tree_fetch.hpp"

namespace cohort::actors {

struct courier_settings {
  std::filesystem::path store; // The object store's folder.
  uint64_t object_bytes_max = 0;
};

/// Brings trees from peers' stores to ours, and hands out what they ask for.
///
/// Owns:   an open object exchange; one fetch at a time for each session, so
///         that what two trees share crosses once.
/// Sends:  TreeFetched to whoever sent FetchTree; asks to the link that spawned
///         it, answers to whoever sent the PeerMessage.
/// Blocks: in git, so production spawns it detached.
struct courier_state {
  static inline const char* name = "courier";

  struct job {
    std::string tree; // Hexadecimal.
    std::vector<caf::strong_actor_ptr> requesters;
  };
  struct route {
    std::deque<job> jobs; // The first one is under way.
    std::unique_ptr<runtime::workspace::tree_fetch> fetch;
  };

  std::optional<runtime::workspace::object_exchange> store; // When needed.
  runtime::workspace::whole_trees whole;
  std::map<uint64_t, route> routes; // By session.
};

courier_actor::behavior_type
courier(courier_actor::stateful_pointer<courier_state> self, link_actor link,
        courier_settings settings);

} // namespace cohort::actors
