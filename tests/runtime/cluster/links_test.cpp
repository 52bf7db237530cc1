#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/cluster/head_link.hpp"
#include "runtime/cluster/visitor_link.hpp"

namespace cohort::tests::links_test {

using namespace cohort::runtime;
using namespace cohort::runtime::cluster;
using namespace std::chrono_literals;

namespace {

/// "ROLE/NAME" is the chain; the signature is chain and message, so whoever
/// knows the scheme can forge it, but not by accident.
credentials paper_credentials(std::string chain) {
  credentials result;
  result.chain = chain;
  result.sign = [chain](std::string_view message) {
    return expected<std::string>{chain + '|' + std::string{message}};
  };
  result.verify = [](std::string_view given, std::string_view message,
                     std::string_view signature) -> expected<peer_identity> {
    std::string text{given};
    if (signature != text + '|' + std::string{message})
      return error{errc::invalid_message, "the signature is wrong"};
    auto role = text.starts_with("head/")   ? pb::PEER_ROLE_HEAD
                : text.starts_with("node/") ? pb::PEER_ROLE_NODE
                                            : pb::PEER_ROLE_CLIENT;
    return peer_identity{role, text.substr(text.find('/') + 1)};
  };
  return result;
}

credential_source source_of(std::string chain) {
  return [chain] { return expected<credentials>{paper_credentials(chain)}; };
}

std::function<uint64_t()> numbers(uint64_t seed) {
  auto random = std::make_shared<std::mt19937_64>(seed);
  return [random] { return (*random)(); };
}

/// A head and one visitor, with a wire between them that can be cut.
struct world {
  cluster_settings settings;
  time_point now{100s};
  head_link head{{"1.0", 11, 5}, settings, source_of("head/h"), numbers(1)};
  visitor_link visitor;
  route_id route = 0;
  bool up = true;
  bool is_held = false; // What the visitor says stays on the wire.
  std::deque<pb::Envelope> on_the_wire;
  std::vector<std::string> seen; // By both ends.
  uint64_t session = 0;

  explicit world(std::string chain = "node/n1",
                 visitor_identity own = {pb::PEER_ROLE_NODE, "n1", "1.0", 22})
    : visitor{std::move(own), settings, source_of(std::move(chain)),
              numbers(2)} {
    // nop
  }

  void settle() {
    for (auto busy = true; busy;) {
      busy = false;
      for (auto& effect : visitor.take_effects()) {
        busy = true;
        switch (effect.what) {
          case visitor_effect::kind::connect:
            route += is_held ? 0 : 1; // CAF keeps a connection that is there.
            if (up)
              visitor.connected(now);
            else
              visitor.connect_failed("cut", now);
            break;
          case visitor_effect::kind::send:
            if (is_held)
              on_the_wire.push_back(std::move(effect.envelope));
            else if (up)
              head.receive(route, effect.envelope, now);
            break;
          case visitor_effect::kind::joined:
            seen.emplace_back("visitor joined");
            break;
          case visitor_effect::kind::received:
            seen.emplace_back("visitor got "
                              + effect.message.drain().GetTypeName());
            break;
          case visitor_effect::kind::lost:
            seen.emplace_back("visitor lost: " + effect.why);
            break;
          case visitor_effect::kind::refused:
            seen.emplace_back("visitor refused: " + effect.why);
            break;
        }
      }
      for (auto& effect : head.take_effects()) {
        busy = true;
        switch (effect.what) {
          case head_effect::kind::send:
            if (up && effect.route == route)
              visitor.receive(effect.envelope, now);
            break;
          case head_effect::kind::joined:
            session = effect.session;
            seen.emplace_back("head: " + effect.who.name + " joined");
            break;
          case head_effect::kind::received:
            seen.emplace_back("head received");
            break;
          case head_effect::kind::ended:
            seen.emplace_back("head: ended: " + effect.why);
            break;
        }
      }
    }
  }

  void pass(std::chrono::milliseconds span) {
    for (; span > 0ms; span -= 100ms) {
      now += 100ms;
      head.tick(now);
      visitor.tick(now);
      settle();
    }
  }

  void let_go() {
    is_held = false;
    for (auto& envelope : std::exchange(on_the_wire, {}))
      head.receive(route, envelope, now);
    settle();
  }

  void join() {
    visitor.start(now);
    settle();
    REQUIRE(visitor.is_joined());
    seen.clear();
  }
};

pb::LinkMessage drain_message() {
  pb::LinkMessage result;
  result.mutable_drain();
  return result;
}

} // namespace

TEST_SUITE_BEGIN("runtime/cluster/links");

TEST_CASE("a node joins, both ends talk, and it stays while it lives") {
  world all;
  all.visitor.start(all.now);
  all.settle();
  CHECK(all.seen
        == std::vector<std::string>{"head: n1 joined", "visitor joined"});
  all.seen.clear();
  all.head.send(all.session, drain_message(), all.now);
  all.visitor.send(drain_message(), all.now);
  all.settle();
  CHECK(all.seen.size() == 2);
  all.seen.clear();
  all.pass(60s);
  CHECK(all.seen.empty());
  auto table = all.head.nodes(all.now);
  REQUIRE(table.nodes_size() == 1);
  CHECK(table.nodes(0).state() == pb::NODE_STATE_JOINED);
  CHECK(table.nodes(0).incarnation() == 22);
  CHECK(table.cluster_epoch() == 5);
}

TEST_CASE("a cut is noticed by both ends, and healed") {
  world all;
  all.join();
  all.up = false;
  all.pass(4s);
  REQUIRE(all.seen.size() >= 2);
  // The visitor gives up one heartbeat before the head does.
  CHECK(all.seen[0] == "visitor lost: the head is silent");
  CHECK(std::count(all.seen.begin(), all.seen.end(),
                   "head: ended: silent for 3.1 s")
        == 1);
  CHECK(all.head.nodes(all.now).nodes(0).state() == pb::NODE_STATE_LOST);
  all.seen.clear();
  all.up = true;
  all.pass(10s);
  CHECK(all.visitor.is_joined());
  CHECK(all.head.nodes(all.now).nodes(0).state() == pb::NODE_STATE_JOINED);
}

TEST_CASE("a cut that is shorter than the time-out loses nothing when nothing "
          "was under way") {
  world all;
  all.join();
  // Heartbeats that are lost leave a gap, which ends the session: the transport
  // keeps order and loses nothing while a connection lives, so a gap means
  // trouble.
  all.up = false;
  all.pass(1s);
  all.up = true;
  all.pass(12s);
  CHECK(all.visitor.is_joined());
}

TEST_CASE("words that were held for long are no reason to give up") {
  world all;
  all.join();
  all.is_held = true;
  all.pass(40s); // Several requests to join wait in the wire by then.
  CHECK(all.on_the_wire.size() > 3);
  all.let_go();
  all.pass(10s);
  CHECK(all.visitor.is_joined());
  CHECK_FALSE(all.visitor.is_over());
  CHECK(all.head.nodes(all.now).nodes(0).state() == pb::NODE_STATE_JOINED);
}

TEST_CASE("a head that cannot use its certificate just now is asked again") {
  world all;
  auto is_broken = std::make_shared<bool>(true);
  all.head = head_link{{"1.0", 11, 5},
                       all.settings,
                       [is_broken]() -> expected<credentials> {
                         if (*is_broken)
                           return error{errc::invalid_config, "no file"};
                         return paper_credentials("head/h");
                       },
                       numbers(1)};
  all.visitor.start(all.now);
  all.settle();
  CHECK(all.seen
        == std::vector<std::string>{
          "visitor lost: the head cannot use its certificate"});
  *is_broken = false;
  all.pass(10s);
  CHECK(all.visitor.is_joined());
}

TEST_CASE("beginning anew without a proof does not end a session") {
  world all;
  all.join();
  pb::LinkMessage request;
  request.mutable_join_request()->set_protocol(link_protocol);
  request.mutable_join_request()->set_role(pb::PEER_ROLE_NODE);
  request.mutable_join_request()->set_name("n1");
  request.mutable_join_request()->set_version("1.0");
  request.mutable_join_request()->set_nonce(std::string(nonce_bytes, 'x'));
  channel forged{99, 1U << 20};
  auto envelopes = forged.wrap(request);
  REQUIRE(envelopes);
  for (auto& envelope : *envelopes)
    all.head.receive(all.route, envelope, all.now);
  all.settle();
  CHECK(all.seen.empty());
  all.head.send(all.session, drain_message(), all.now);
  all.settle();
  CHECK(all.seen.size() == 1);
}

TEST_CASE("a stranger's small frame of a large message is refused unread") {
  world all;
  pb::LinkMessage bomb;
  bomb.mutable_join_request()->set_name(std::string(50U << 20, 'a'));
  channel stranger{99, 64U << 20};
  auto envelopes = stranger.wrap(bomb);
  REQUIRE(envelopes);
  REQUIRE(envelopes->size() == 1); // Some kilobytes.
  all.head.receive(1, envelopes->front(), all.now);
  CHECK(all.head.take_effects().empty());
  CHECK_FALSE(all.head.is_used(1));
}

TEST_CASE("of handshakes that nobody goes on with there is a limit") {
  world all;
  for (uint64_t i = 1; i <= 1000; ++i) {
    pb::LinkMessage request;
    auto& join = *request.mutable_join_request();
    join.set_protocol(link_protocol);
    join.set_role(pb::PEER_ROLE_NODE);
    join.set_name("n" + std::to_string(i));
    join.set_nonce(std::string(nonce_bytes, 'x'));
    channel stranger{i, 1U << 20};
    all.head.receive(i, stranger.wrap(request)->front(), all.now);
  }
  CHECK(all.head.take_effects().size() == 256);
  all.pass(6s);
  all.route = 5000;
  all.join();
}

TEST_CASE("who does not read what it is sent is let go") {
  world all;
  all.settings.message_bytes_max = 1U << 20;
  all.head
    = head_link{{"1.0", 11, 5}, all.settings, source_of("head/h"), numbers(1)};
  all.join();
  std::mt19937_64 random{1};
  pb::LinkMessage large;
  auto& part = *large.mutable_objects_sent()->add_parts()->mutable_data();
  for (auto i = 0; i < 400'000; ++i)
    part += static_cast<char>(random());
  for (auto i = 0; i < 20; ++i) { // It answers heartbeats: it reads.
    all.head.send(all.session, large, all.now);
    all.pass(1s);
  }
  CHECK(all.head.nodes(all.now).nodes(0).state() == pb::NODE_STATE_JOINED);
  for (auto i = 0; i < 6; ++i)
    all.head.send(all.session, large, all.now);
  CHECK(all.head.nodes(all.now).nodes(0).why()
        == "it does not read what it is sent");
}

TEST_CASE("the head's pace holds for both ends") {
  world all;
  cluster_settings slow = all.settings;
  slow.heartbeat_interval = 9000ms;
  slow.failure_timeout = 30'000ms;
  all.visitor = visitor_link{{pb::PEER_ROLE_NODE, "n1", "1.0", 22},
                             slow,
                             source_of("node/n1"),
                             numbers(2)};
  CHECK(all.visitor.pace() == 9000ms);
  all.join();
  CHECK(all.visitor.pace() == all.settings.heartbeat_interval);
  all.pass(30s);
  CHECK(all.seen.empty());
}

TEST_CASE("a closed connection ends the session at once") {
  world all;
  all.join();
  all.head.lose_route(all.route, all.now);
  all.visitor.connection_lost(all.now);
  all.settle();
  REQUIRE(all.seen.size() == 2);
  CHECK(all.seen[1] == "head: ended: its connection closed");
  all.pass(10s);
  CHECK(all.visitor.is_joined());
}

TEST_CASE("a node that leaves is not lost") {
  world all;
  all.join();
  all.visitor.leave("drained", all.now);
  all.settle();
  CHECK(all.seen == std::vector<std::string>{"head: ended: drained"});
  CHECK(all.head.nodes(all.now).nodes(0).state() == pb::NODE_STATE_LEFT);
  CHECK(all.visitor.is_over()); // The head said that it knows.
  all.pass(60s);
  CHECK_FALSE(all.visitor.is_joined());
}

TEST_CASE("who leaves a head that does not answer ends all the same") {
  world all;
  all.join();
  all.up = false;
  all.visitor.leave("drained", all.now);
  CHECK_FALSE(all.visitor.is_over());
  all.pass(3s);
  CHECK(all.visitor.is_over());
}

TEST_CASE("a second node of the name takes the first one's place") {
  world all;
  all.join();
  auto first = all.session;
  all.visitor = visitor_link{{pb::PEER_ROLE_NODE, "n1", "1.0", 23},
                             all.settings,
                             source_of("node/n1"),
                             numbers(9)};
  all.visitor.start(all.now);
  all.settle();
  CHECK(all.seen
        == std::vector<std::string>{
          "head: ended: another node of the name n1 joined", "head: n1 joined",
          "visitor joined"});
  CHECK(all.session != first);
  CHECK(all.head.nodes(all.now).nodes(0).incarnation() == 23);
}

TEST_CASE("who is not what it says it is, is refused with a sentence") {
  auto refused = [](world all) {
    all.visitor.start(all.now);
    all.settle();
    CHECK_FALSE(all.visitor.is_joined());
    REQUIRE(all.seen.size() == 1);
    CHECK(all.head.nodes(all.now).nodes().empty());
    return all.seen[0];
  };
  CHECK(refused(world{"node/other"})
        == "visitor refused: the certificate is for other, not for n1");
  CHECK(refused(world{"client/n1"})
        == "visitor refused: the certificate of n1 is a client's; it cannot "
           "join as a node");
  CHECK(refused(world{"node/n1", {pb::PEER_ROLE_HEAD, "n1", "1.0", 22}})
        == "visitor refused: only nodes and clients join a head");
  CHECK(refused(world{"node/n1", {pb::PEER_ROLE_NODE, "n 1", "1.0", 22}})
        == "visitor refused: a peer's name has 1 to 64 letters, digits, '.', "
           "'_' or '-'");
}

TEST_CASE("a peer with a node's certificate is not taken for a head") {
  world all;
  all.head = head_link{
    {"1.0", 11, 5}, all.settings, source_of("node/evil"), numbers(1)};
  all.visitor.start(all.now);
  all.settle();
  REQUIRE(all.seen.size() == 1);
  CHECK(all.seen[0]
        == "visitor refused: the peer's certificate is a node's, not a "
           "head's");
}

TEST_CASE("a proof of one handshake is worth nothing in another") {
  handshake seen;
  seen.session = 1;
  seen.head_incarnation = 2;
  seen.visitor_incarnation = 3;
  seen.request.set_role(pb::PEER_ROLE_NODE);
  seen.request.set_name("n1");
  seen.request.set_nonce(std::string(nonce_bytes, 'n'));
  seen.head_nonce = std::string(nonce_bytes, 'h');
  auto own = paper_credentials("node/n1");
  pb::JoinProof proof;
  proof.set_chain(own.chain);
  proof.set_signature(*own.sign(words_to_sign(seen, false)));
  REQUIRE(identify(seen, proof, own));
  auto other = seen;
  SUBCASE("another session") {
    other.session = 9;
  }
  SUBCASE("another nonce") {
    other.head_nonce[0] = 'x';
  }
  SUBCASE("another head") {
    other.head_incarnation = 9;
  }
  SUBCASE("another visitor") {
    other.visitor_incarnation = 9;
  }
  SUBCASE("another role") {
    other.request.set_role(pb::PEER_ROLE_CLIENT);
  }
  SUBCASE("the head's own words") {
    proof.set_signature(*own.sign(words_to_sign(seen, true)));
  }
  CHECK_FALSE(identify(other, proof, own));
}

TEST_CASE("who does not prove itself in time is shown the door") {
  world all;
  all.visitor.start(all.now);
  for (auto& effect : all.visitor.take_effects())
    if (effect.what == visitor_effect::kind::connect)
      all.visitor.connected(all.now);
  for (auto& effect : all.visitor.take_effects())
    all.head.receive(1, effect.envelope, all.now);
  all.head.take_effects();
  all.now += all.settings.join_timeout + 1ms;
  all.head.tick(all.now);
  auto effects = all.head.take_effects();
  REQUIRE(effects.size() == 1);
  CHECK(effects[0].what == head_effect::kind::send);
}

TEST_CASE("strangers' words are dropped, and those of others' sessions too") {
  world all;
  all.join();
  pb::Envelope stray;
  stray.set_session(all.session);
  stray.set_cluster_epoch(5);
  stray.set_incarnation(22);
  stray.set_sequence(100);
  stray.set_body("x");
  all.head.receive(77, stray, all.now); // Not the session's route.
  stray.set_session(1234);
  all.head.receive(all.route, stray, all.now);
  stray.set_session(0);
  stray.set_sequence(2);
  all.head.receive(78, stray, all.now);
  CHECK(all.head.take_effects().empty());
  CHECK(all.visitor.is_joined());
}

TEST_CASE("a visitor waits longer and longer for a head that is not there") {
  world all;
  all.up = false;
  all.visitor.start(all.now);
  all.settle();
  all.pass(60s);
  auto tries = all.route;
  CHECK(tries > 10);
  CHECK(tries < 120);
  all.up = true;
  all.pass(6s);
  CHECK(all.visitor.is_joined());
}

TEST_SUITE_END();

} // namespace cohort::tests::links_test
