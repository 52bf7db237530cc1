#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <caf/actor_clock.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/cluster/head_link.hpp"

namespace cohort::actors {

/// Spawned by a link as its own; production's runs detached.
using courier_factory
  = std::function<courier_actor(caf::local_actor*, link_actor)>;

struct gateway_settings {
  runtime::cluster::head_identity own;
  runtime::cluster::cluster_settings cluster;
  runtime::cluster::credential_source credentials;
  std::function<uint64_t()> random;
  courier_factory make_courier;
  caf::typed_actor<accepts<pb::NodeTable>> watcher; // Null: nobody.
};

/// The head's end of every link. Each node's worker gets an actor here that
/// stands for it; clients' requests go to the desk.
///
/// Owns:  sessions, and what stands for the workers of each.
/// Sends: envelopes to peers' doors, anonymously: no handle of ours crosses;
///        NodeTable to the watcher with every tick.
/// Links: monitors peers' doors; spawns, and ends, remote workers; is linked to
///        its courier.
struct gateway_state {
  static inline const char* name = "gateway";

  struct session {
    runtime::cluster::peer_identity who;
    std::map<std::string, remote_worker_actor> workers; // By name.
    unsigned asks = 0; // For objects, that were not answered yet.
  };
  /// The way back to a peer's door.
  struct route {
    caf::strong_actor_ptr door;
    caf::actor_clock::time_point since;
  };

  std::unique_ptr<runtime::cluster::head_link> link;
  courier_actor courier;
  std::map<caf::actor_addr, uint64_t> numbers; // Of peers' doors.
  std::map<uint64_t, route> routes;
  uint64_t next_route = 1;
  std::map<uint64_t, session> sessions;
};

link_actor::behavior_type
gateway(link_actor::stateful_pointer<gateway_state> self, timer_actor timer,
        worker_pool_actor pool, client_desk_actor desk,
        gateway_settings settings);

} // namespace cohort::actors
