#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "messages/v1/link.pb.h"
#include "runtime/cluster/credentials.hpp"
#include "runtime/cluster/join.hpp"
#include "runtime/cluster/session.hpp"
#include "runtime/cluster/settings.hpp"

/// The head's end of every link: who may join, who is there, who is lost.
///
/// Pure but for `credential_source`: time comes in, random numbers come from a
/// source that tests replace; outputs are effects, in order.
namespace cohort::runtime::cluster {

/// The caller's number for the way back to a sender.
using route_id = uint64_t;

struct head_effect {
  enum class kind : uint8_t {
    send,     // `envelope` to `route`.
    joined,   // `session` is `who`'s.
    received, // `message` from `session`.
    ended,    // `session` is over: `why`.
  };
  kind what = kind::send;
  route_id route = 0;
  uint64_t session = 0;
  peer_identity who;
  std::string why;
  pb::Envelope envelope;
  pb::LinkMessage message;
};

struct head_identity {
  std::string version;
  uint64_t incarnation = 0;
  uint64_t cluster_epoch = 0;
};

class head_link {
public:
  using random_source = std::function<uint64_t()>;

  head_link(head_identity own, cluster_settings settings,
            credential_source credentials, random_source random);

  void receive(route_id route, const pb::Envelope& envelope, time_point now);
  /// Nothing more comes by this route.
  void lose_route(route_id route, time_point now);
  /// To a session that has joined; nothing when it is over.
  void send(uint64_t session, const pb::LinkMessage& message, time_point now);
  /// Whether a session, joined or not, uses it.
  [[nodiscard]] bool is_used(route_id route) const {
    return by_route_.count(route) > 0;
  }
  /// The peer is told, and the session is over.
  void end(uint64_t session, const std::string& why, time_point now);
  /// Heartbeats, silence, handshakes that take too long. Due every
  /// `heartbeat_interval`.
  void tick(time_point now);
  /// The node takes nothing new. Errors: not_found.
  expected<uint64_t> drain(const std::string& node);

  std::vector<head_effect> take_effects();
  /// All nodes that ever joined, those of long ago excepted.
  [[nodiscard]] pb::NodeTable nodes(time_point now) const;

private:
  struct peer_record {
    route_id route = 0;
    session line;
    handshake seen;
    bool is_joined = false;
    time_point since;
  };
  /// What is known of a node by name, whether it is there or not.
  struct node_record {
    uint64_t session = 0;
    pb::NodeStatus status;
  };

  void open(route_id route, const pb::Envelope& envelope, time_point now);
  /// Of the route's sessions but `id`: those that have joined, or the others.
  void close_others(route_id route, uint64_t id, bool joined, time_point now);
  void on_message(uint64_t id, pb::LinkMessage message, time_point now);
  void on_proof(uint64_t id, const pb::JoinProof& proof, time_point now);
  void replace_older(const std::string& node, uint64_t incarnation,
                     time_point now);
  void transmit(peer_record& to, const pb::LinkMessage& message);
  /// `is_final`: it need not try again.
  void refuse(uint64_t id, const std::string& why, bool is_final,
              time_point now);
  /// Without a word to the peer.
  void close(uint64_t id, const std::string& why, pb::NodeState state,
             time_point now);
  void remember(uint64_t id, const peer_record& who, time_point now);
  void forget_old_nodes();

  head_identity own_;
  cluster_settings settings_;
  credential_source credentials_;
  random_source random_;
  std::map<uint64_t, peer_record> peers_;           // By session.
  std::map<route_id, std::set<uint64_t>> by_route_; // Its sessions.
  size_t strangers_ = 0; // Peers that have not joined.
  std::map<std::string, node_record> nodes_;
  std::vector<head_effect> effects_;
};

} // namespace cohort::runtime::cluster
