#include "runtime/cluster/head_link.hpp"

#include <algorithm>
#include <utility>

#include <google/protobuf/util/time_util.h>

namespace cohort::runtime::cluster {

namespace {

/// A stranger's message is small: a chain of certificates and a signature.
constexpr size_t stranger_bytes_max = 128U << 10;
/// Handshakes at once; each costs a signature. Who comes in vain tries again.
constexpr size_t strangers_max = 256;

std::string seconds_of(std::chrono::duration<double> span) {
  auto tenths = static_cast<int64_t>(span.count() * 10);
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

} // namespace

head_link::head_link(head_identity own, cluster_settings settings,
                     credential_source credentials, random_source random)
  : own_{std::move(own)},
    settings_{std::move(settings)},
    credentials_{std::move(credentials)},
    random_{std::move(random)} {
  // nop
}

void head_link::transmit(peer_record& to, const pb::LinkMessage& message) {
  auto envelopes = to.line.send(message);
  if (!envelopes)
    return;
  for (auto& envelope : *envelopes) {
    head_effect send;
    send.route = to.route;
    send.envelope = std::move(envelope);
    effects_.push_back(std::move(send));
  }
}

void head_link::receive(route_id route, const pb::Envelope& envelope,
                        time_point now) {
  if (envelope.session() == 0 && envelope.sequence() == 1)
    return open(route, envelope, now);
  auto id = envelope.session();
  auto found = peers_.find(id);
  if (found == peers_.end() || found->second.route != route)
    return; // Of a session that is over, or somebody else's.
  auto message = found->second.line.receive(envelope, now);
  if (!message)
    return end(id, message.error().message, now);
  if (*message)
    on_message(id, std::move(**message), now);
}

void head_link::open(route_id route, const pb::Envelope& envelope,
                     time_point now) {
  // One that has joined stays until this one has: anybody can begin anew in
  // another's name.
  close_others(route, 0, false, now);
  if (peers_.size() >= settings_.max_peers || strangers_ >= strangers_max)
    return;
  peer_record fresh{
    route, session{settings_, own_.incarnation, now}, {}, false, now};
  fresh.line.link().limit(stranger_bytes_max);
  auto message = fresh.line.receive(envelope, now);
  if (!message || !*message || !(*message)->has_join_request())
    return;
  auto id = random_() | 1U; // Never 0.
  if (peers_.count(id) > 0)
    return;
  auto& seen = fresh.seen;
  seen.session = id;
  seen.head_incarnation = own_.incarnation;
  seen.visitor_incarnation = envelope.incarnation();
  seen.request = (*message)->join_request();
  for (size_t i = 0; i < nonce_bytes / sizeof(uint64_t); ++i) {
    auto bits = random_();
    seen.head_nonce.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  }
  fresh.line.link().name_session(id, own_.cluster_epoch);
  auto& peer = peers_.emplace(id, std::move(fresh)).first->second;
  by_route_[route].insert(id);
  ++strangers_;
  if (auto fine = check(peer.seen.request, own_.version); !fine)
    return refuse(id, fine.error().message, true, now);
  auto own = credentials_();
  if (!own)
    return refuse(id, "the head cannot use its certificate", false, now);
  auto answer = challenge(peer.seen, *own, own_.version);
  if (!answer)
    return refuse(id, "the head cannot sign", false, now);
  pb::LinkMessage out;
  *out.mutable_join_challenge() = std::move(*answer);
  transmit(peer, out);
}

void head_link::on_message(uint64_t id, pb::LinkMessage message,
                           time_point now) {
  auto& peer = peers_.at(id);
  if (!peer.is_joined) {
    if (message.has_join_proof())
      return on_proof(id, message.join_proof(), now);
    return refuse(id, "it spoke before it proved who it is", true, now);
  }
  if (message.has_leave()) {
    transmit(peer, message); // So that it knows, and may end.
    return close(id, message.leave().why(), pb::NODE_STATE_LEFT, now);
  }
  head_effect received;
  received.what = head_effect::kind::received;
  received.session = id;
  received.message = std::move(message);
  effects_.push_back(std::move(received));
}

void head_link::on_proof(uint64_t id, const pb::JoinProof& proof,
                         time_point now) {
  auto& peer = peers_.at(id);
  auto own = credentials_();
  if (!own)
    return refuse(id, "the head cannot use its certificate", false, now);
  auto who = identify(peer.seen, proof, *own);
  if (!who)
    return refuse(id, who.error().message, who.error().code == errc::refused,
                  now);
  close_others(peer.route, id, true, now);
  if (who->role == pb::PEER_ROLE_NODE)
    replace_older(who->name, peer.seen.visitor_incarnation, now);
  peer.is_joined = true;
  --strangers_;
  peer.since = now;
  peer.line.link().limit(settings_.message_bytes_max);
  pb::LinkMessage accepted;
  accepted.mutable_join_accepted()->set_heartbeat_ms(
    static_cast<uint32_t>(settings_.heartbeat_interval.count()));
  accepted.mutable_join_accepted()->set_timeout_ms(
    static_cast<uint32_t>(settings_.failure_timeout.count()));
  transmit(peer, accepted);
  if (who->role == pb::PEER_ROLE_NODE) {
    auto& record = nodes_[who->name];
    record.session = id;
    record.status.Clear();
    record.status.set_name(who->name);
    record.status.set_state(pb::NODE_STATE_JOINED);
    record.status.set_incarnation(peer.seen.visitor_incarnation);
    record.status.set_version(peer.seen.request.version());
    *record.status.mutable_since()
      = google::protobuf::util::TimeUtil::GetCurrentTime();
    forget_old_nodes();
  }
  head_effect joined;
  joined.what = head_effect::kind::joined;
  joined.session = id;
  joined.who = std::move(*who);
  effects_.push_back(std::move(joined));
}

/// The same process comes back after a cut; another one of the name takes its
/// place for good, or the two would throw each other out for ever.
void head_link::replace_older(const std::string& node, uint64_t incarnation,
                              time_point now) {
  auto older = nodes_.find(node);
  if (older == nodes_.end())
    return;
  auto found = peers_.find(older->second.session);
  if (found == peers_.end())
    return;
  if (found->second.seen.visitor_incarnation == incarnation)
    end(found->first, "it joined again", now);
  else
    refuse(found->first, "another node of the name " + node + " joined", true,
           now);
}

void head_link::send(uint64_t session, const pb::LinkMessage& message,
                     time_point now) {
  auto found = peers_.find(session);
  if (found == peers_.end() || !found->second.is_joined)
    return;
  auto envelopes = found->second.line.send(message);
  if (!envelopes)
    return end(session, envelopes.error().message, now);
  for (auto& envelope : *envelopes) {
    head_effect send;
    send.route = found->second.route;
    send.envelope = std::move(envelope);
    effects_.push_back(std::move(send));
  }
  if (found->second.line.unread_bytes() > 2 * settings_.message_bytes_max)
    close(session, "it does not read what it is sent", pb::NODE_STATE_LOST,
          now);
}

void head_link::refuse(uint64_t id, const std::string& why, bool is_final,
                       time_point now) {
  pb::LinkMessage message;
  auto& refused = *message.mutable_join_refused();
  refused.set_why(why);
  refused.set_answers(peers_.at(id).seen.request.nonce());
  refused.set_is_final(is_final);
  transmit(peers_.at(id), message);
  close(id, why, pb::NODE_STATE_LOST, now);
}

void head_link::end(uint64_t session, const std::string& why, time_point now) {
  auto found = peers_.find(session);
  if (found == peers_.end())
    return;
  pb::LinkMessage message;
  message.mutable_leave()->set_why(why);
  transmit(found->second, message);
  close(session, why, pb::NODE_STATE_LOST, now);
}

void head_link::remember(uint64_t id, const peer_record& who, time_point now) {
  auto found = nodes_.find(who.seen.request.name());
  if (found == nodes_.end() || found->second.session != id)
    return;
  auto& status = found->second.status;
  status.set_heard_seconds(who.line.silence(now).count());
  status.set_round_trip_seconds(
    who.line.round_trip().value_or(std::chrono::duration<double>{0}).count());
  status.set_bytes_sent(who.line.link().bytes_sent());
  status.set_bytes_received(who.line.link().bytes_received());
}

void head_link::close(uint64_t id, const std::string& why, pb::NodeState state,
                      time_point now) {
  auto found = peers_.find(id);
  if (found == peers_.end())
    return;
  auto& peer = found->second;
  remember(id, peer, now);
  auto was_joined = peer.is_joined;
  auto& name = peer.seen.request.name();
  if (auto node = nodes_.find(name);
      node != nodes_.end() && node->second.session == id) {
    node->second.status.set_state(state);
    node->second.status.set_why(why);
  }
  auto route = by_route_.find(peer.route);
  route->second.erase(id);
  if (route->second.empty())
    by_route_.erase(route);
  strangers_ -= was_joined ? 0 : 1;
  peers_.erase(found);
  if (!was_joined)
    return;
  head_effect ended;
  ended.what = head_effect::kind::ended;
  ended.session = id;
  ended.why = why;
  effects_.push_back(std::move(ended));
}

void head_link::lose_route(route_id route, time_point now) {
  auto found = by_route_.find(route);
  if (found == by_route_.end())
    return;
  for (auto id : std::set<uint64_t>{found->second})
    close(id, "its connection closed", pb::NODE_STATE_LOST, now);
}

void head_link::close_others(route_id route, uint64_t id, bool joined,
                             time_point now) {
  auto found = by_route_.find(route);
  if (found == by_route_.end())
    return;
  for (auto other : std::set<uint64_t>{found->second})
    if (other != id && peers_.at(other).is_joined == joined)
      close(other, "it began anew", pb::NODE_STATE_LOST, now);
}

void head_link::tick(time_point now) {
  std::vector<std::pair<uint64_t, std::string>> over;
  for (auto& [id, peer] : peers_) {
    if (!peer.is_joined && now - peer.since > settings_.join_timeout)
      over.emplace_back(id, "it did not prove who it is in time");
    else if (peer.is_joined && peer.line.is_silent(now))
      over.emplace_back(id, "silent for " + seconds_of(peer.line.silence(now)));
    else if (peer.is_joined)
      for (auto& envelope : peer.line.beat(now)) {
        head_effect send;
        send.route = peer.route;
        send.envelope = std::move(envelope);
        effects_.push_back(std::move(send));
      }
  }
  for (auto& [id, why] : over)
    end(id, why, now);
}

expected<uint64_t> head_link::drain(const std::string& node) {
  auto found = nodes_.find(node);
  if (found == nodes_.end()
      || found->second.status.state() == pb::NODE_STATE_LOST
      || found->second.status.state() == pb::NODE_STATE_LEFT)
    return error{errc::not_found, "no node " + node + " is there"};
  found->second.status.set_state(pb::NODE_STATE_DRAINING);
  return found->second.session;
}

void head_link::forget_old_nodes() {
  if (nodes_.size() <= settings_.max_peers)
    return;
  auto gone = std::find_if(nodes_.begin(), nodes_.end(), [&](auto& node) {
    return peers_.count(node.second.session) == 0;
  });
  if (gone != nodes_.end())
    nodes_.erase(gone);
}

std::vector<head_effect> head_link::take_effects() {
  return std::exchange(effects_, {});
}

pb::NodeTable head_link::nodes(time_point now) const {
  pb::NodeTable result;
  result.set_cluster_epoch(own_.cluster_epoch);
  for (auto& [name, record] : nodes_) {
    auto& status = *result.add_nodes();
    status = record.status;
    auto found = peers_.find(record.session);
    if (found == peers_.end())
      continue;
    auto& line = found->second.line;
    status.set_heard_seconds(line.silence(now).count());
    status.set_round_trip_seconds(
      line.round_trip().value_or(std::chrono::duration<double>{0}).count());
    status.set_bytes_sent(line.link().bytes_sent());
    status.set_bytes_received(line.link().bytes_received());
  }
  return result;
}

} // namespace cohort::runtime::cluster
