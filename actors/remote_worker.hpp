#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace cohort::actors {

struct remote_worker_settings {
  uint64_t session = 0;
  std::string node;
  std::string worker; // Its name on the node.
  pb::WorkerHello hello;
};

/// Stands at the head for a worker of a node: to the pool it is a worker like
/// any other, named NODE/WORKER.
///
/// Owns:  what the node was given: it answers for nothing else; and results
///        whose objects are still on their way from the node's store, which
///        the pool sees only when they are here.
/// Sends: WorkerHello, AttemptsFinished, AttemptProgress, CancelAcknowledged
///        and RetireWorker to the pool; PeerMessages to the link; FetchTree to
///        the courier.
/// Fails: quits when the worker, or the session with its node, is gone.
struct remote_worker_state {
  static inline const char* name = "remote_worker";
  /// What the node was given, with the tree that it is about.
  std::map<std::pair<uint64_t, uint32_t>, std::string> given;
  // By the tree that they wait for.
  std::map<std::string, std::vector<pb::FinishedAttempt>> arriving;
};

remote_worker_actor::behavior_type
remote_worker(remote_worker_actor::stateful_pointer<remote_worker_state> self,
              worker_pool_actor pool, link_actor link, courier_actor courier,
              remote_worker_settings settings);

} // namespace cohort::actors
