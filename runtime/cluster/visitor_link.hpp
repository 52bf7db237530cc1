#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/link.pb.h"
#include "runtime/cluster/credentials.hpp"
#include "runtime/cluster/join.hpp"
#include "runtime/cluster/session.hpp"
#include "runtime/cluster/settings.hpp"

namespace cohort::runtime::cluster {

struct visitor_effect {
  enum class kind : uint8_t {
    connect,  // A new connection to the head; the old one is of no use.
    send,     // `envelope` to the head.
    joined,   // From here on messages may be sent.
    received, // `message` from the head.
    lost,     // The session is over: `why`. A new one is tried later.
    refused,  // The head, or this end, will not have it: `why`. It is over.
  };
  kind what = kind::connect;
  std::string why;
  pb::Envelope envelope;
  pb::LinkMessage message;
};

struct visitor_identity {
  pb::PeerRole role = pb::PEER_ROLE_NODE;
  std::string name;
  std::string version;
  uint64_t incarnation = 0;
};

/// A node's or a client's end of its link: connects, joins, notices silence,
/// and comes back after a while that grows.
///
/// Pure but for `credential_source`: time comes in, random numbers come from a
/// source that tests replace; outputs are effects, in order.
class visitor_link {
public:
  using random_source = std::function<uint64_t()>;

  visitor_link(visitor_identity own, cluster_settings settings,
               credential_source credentials, random_source random);

  void start(time_point now);
  void connected(time_point now);
  void connect_failed(const std::string& why, time_point now);
  void connection_lost(time_point now);
  void receive(const pb::Envelope& envelope, time_point now);
  /// Nothing when it has not joined.
  void send(const pb::LinkMessage& message, time_point now);
  /// Tells the head, and ends when it knows, or soon.
  void leave(const std::string& why, time_point now);
  /// Due every pace().
  void tick(time_point now);
  /// Between two heartbeats, as the head has it; as configured until it said.
  [[nodiscard]] std::chrono::milliseconds pace() const;

  std::vector<visitor_effect> take_effects();
  [[nodiscard]] bool is_joined() const {
    return state_ == state::joined;
  }
  /// It left, or was refused: nothing comes any more.
  [[nodiscard]] bool is_over() const {
    return state_ == state::over;
  }

private:
  enum class state : uint8_t {
    idle,
    connecting,
    joining,
    joined,
    leaving,
    over
  };

  void emit(visitor_effect::kind what, std::string why = {});
  void transmit(const pb::LinkMessage& message);
  void fall_back(const std::string& why, time_point now);
  void give_up(const std::string& why);
  /// Before anything of the session was accepted.
  void on_first_answer(const pb::Envelope& envelope, time_point now);
  void on_challenge(const pb::Envelope& envelope,
                    const pb::JoinChallenge& challenge, time_point now);
  void on_refused(const pb::JoinRefused& refused, time_point now);
  void on_joining(const pb::Envelope& envelope, time_point now);
  void on_accepted(const pb::JoinAccepted& accepted);

  visitor_identity own_;
  cluster_settings settings_;
  credential_source credentials_;
  random_source random_;
  state state_ = state::idle;
  bool was_accepted_ = false; // By this head, at some time.
  uint32_t failures_ = 0;     // In a row.
  time_point next_;           // Of the next attempt, or the end of this one.
  std::optional<session> line_;
  handshake seen_;
  std::vector<visitor_effect> effects_;
};

} // namespace cohort::runtime::cluster
