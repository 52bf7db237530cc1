#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/gateway.hpp"
#include "actors/interfaces.hpp"
#include "runtime/cluster/visitor_link.hpp"

namespace cohort::actors {

/// A node's end of its link: takes assignments from the head's pool to the
/// node's workers, and their results back.
///
/// Owns:  the session; which attempts the node holds, and those whose tree is
///        still on its way.
/// Sends: Assignments and CancelAttempt to workers; envelopes to the head's
///        door, as coming from the node's own.
/// Links: monitors workers and the head's door; is linked to its courier. When
///        the session is lost everything that runs is stopped: the head has
///        given it to others.
/// Fails: quits with errc::unreachable when the head refuses the node, and with
///        user_shutdown when the node was drained, by the head or by Drain.
///        Tells the head when it is stopped.
struct node_link_state {
  static inline const char* name = "node_link";

  using attempt_key = std::tuple<std::string, uint64_t, uint32_t>;
  struct local_worker {
    worker_actor handle;
    pb::WorkerHello hello;
  };
  /// What the head knows by worker, sequence and attempt, and the worker by a
  /// number of the link's: another head, or the same one after a restart, may
  /// use a sequence again while an old attempt is still being stopped.
  struct attempt {
    attempt_key key;
    std::unique_ptr<pb::Assignment> waiting; // While its tree is not here.
  };
  enum class drain : uint8_t {
    none,
    asked, // The head was told that this node wants to go.
    told,  // What was sent before is still on its way.
    due
  };

  std::unique_ptr<runtime::cluster::visitor_link> link;
  door_actor door;            // Ours.
  caf::strong_actor_ptr head; // Its door.
  courier_actor courier;
  uint64_t joins = 0; // Sessions so far; the courier's name for this one.
  std::map<std::string, local_worker> workers; // By name.
  std::map<uint64_t, attempt> held;            // By the link's number.
  std::map<attempt_key, uint64_t> numbers;     // Of what is held.
  uint64_t next_number = 1;
  drain draining = drain::none;
  bool is_quiet = false; // Nothing was held or asked for since the last tick.
};

using node_link_pointer = node_link_actor::stateful_pointer<node_link_state>;

/// Finds the head's door; calls back on the link's own thread with it, or with
/// nullptr and why.
using head_finder = std::function<void(
  node_link_pointer,
  std::function<void(caf::strong_actor_ptr door, std::string why)>)>;

struct node_link_settings {
  runtime::cluster::visitor_identity own;
  runtime::cluster::cluster_settings cluster;
  runtime::cluster::credential_source credentials;
  std::function<uint64_t()> random;
  courier_factory make_courier;
  head_finder find_head;
};

node_link_actor::behavior_type node_link(node_link_pointer self,
                                         timer_actor timer,
                                         node_link_settings settings);

} // namespace cohort::actors
