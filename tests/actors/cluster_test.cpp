#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>

#include "actors/client_desk.hpp"
#include "actors/courier.hpp"
#include "actors/gateway.hpp"
#include "actors/link_door.hpp"
#include "actors/node_link.hpp"
#include "actors/timer.hpp"
#include "actors/worker.hpp"
#include "actors/worker_pool.hpp"
#include "runtime/cluster/visitor_link.hpp"
#include "runtime/errc.hpp"
#include "runtime/workspace/object_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_unit_runner.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::cluster_test {

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

std::function<uint64_t()> numbers(uint64_t seed) {
  auto random = std::make_shared<std::mt19937_64>(seed);
  return [random] { return (*random)(); };
}

/// A head with its pool and gateway, and nodes, all in one system: what lies
/// between their doors is a wire that a test can cut.
struct cluster_fixture : tests::actor_fixture {
  tests::temp_folder folder;
  runtime::cluster::cluster_settings cluster;
  actors::timer_actor timer = spawn(actors::timer, 10ms);
  actors::worker_pool_settings pool_settings = [] {
    actors::worker_pool_settings result;
    result.pool.max_attempts = 3;
    result.pool.worker_timeout = 60'000ms;
    result.pool.retry_backoff = 10ms;
    result.pool.retry_backoff_max = 10ms;
    return result;
  }();
  actors::worker_pool_actor pool = spawn(actors::worker_pool, timer,
                                         pool_settings);
  using client_type = tests::double_of<UnitsFinished, UnitsCancelled>;
  client_type client = spawn_double<UnitsFinished, UnitsCancelled>();
  using desk_type = tests::double_of<PeerMessage, PeerGone, ProgressBatch,
                                     EventList, EventsStored>;
  desk_type desk = spawn_double<PeerMessage, PeerGone, ProgressBatch, EventList,
                                EventsStored>();
  tests::double_of<NodeTable> watcher = spawn_double<NodeTable>();
  actors::link_actor gateway;
  actors::door_actor head_door;

  actors::courier_factory courier_in(const std::string& name) {
    actors::courier_settings settings{folder.path() / name, 1U << 20};
    return [settings](caf::local_actor* parent, actors::link_actor link) {
      return parent->spawn<caf::linked>(actors::courier, link, settings);
    };
  }

  cluster_fixture() {
    actors::gateway_settings settings;
    settings.own = {"1.0", 11, 5};
    settings.cluster = cluster;
    settings.credentials = runtime::cluster::no_credentials();
    settings.random = numbers(1);
    settings.make_courier = courier_in("head.git");
    settings.watcher = watcher.actor;
    gateway = spawn(actors::gateway, timer, pool, desk.actor, settings);
    head_door = spawn(actors::link_door, gateway);
    run();
  }

  struct node_entry {
    std::string name;
    std::shared_ptr<bool> is_cut = std::make_shared<bool>(false);
    actors::node_link_actor link;
    actors::worker_actor worker;
    std::shared_ptr<tests::runner_script> script
      = std::make_shared<tests::runner_script>();
  };

  /// A node with one worker. A cut wire drops what the node says and hears: its
  /// link reaches a door that leads nowhere.
  node_entry add_node(const std::string& name, uint64_t seed = 2) {
    node_entry node;
    node.name = name;
    actors::node_link_settings settings;
    settings.own = {PEER_ROLE_NODE, name, "1.0", seed};
    settings.cluster = cluster;
    settings.credentials = runtime::cluster::no_credentials();
    settings.random = numbers(seed);
    settings.make_courier = courier_in(name + ".git");
    auto cut = node.is_cut;
    auto door = head_door;
    settings.find_head = [cut, door](actors::node_link_pointer, auto found) {
      if (*cut)
        found(nullptr, "the wire is cut");
      else
        found(caf::actor_cast<caf::strong_actor_ptr>(door), "");
    };
    node.link = spawn(actors::node_link, timer, settings);
    actors::worker_settings what;
    what.name = "w1";
    what.specialties.emplace_back().set_kind(SPECIALTY_KIND_GENERALIST);
    node.worker
      = spawn(actors::worker, node.link, what,
              actors::hand_over(
                std::make_unique<tests::fake_unit_runner>(node.script)));
    run();
    return node;
  }

  void submit(uint64_t ticket, const std::string& tree = {}) {
    SubmitUnits message;
    auto& unit = *message.add_units();
    unit.set_ticket(ticket);
    unit.set_task_id("t");
    unit.set_tree(tree);
    unit.mutable_specialty()->set_kind(SPECIALTY_KIND_GENERALIST);
    unit.mutable_check()->set_unit("a.cc");
    send_as(client.actor, pool, message);
  }

  std::vector<AttemptResult> results() const {
    std::vector<AttemptResult> all;
    for (auto& batch : client.got<UnitsFinished>())
      all.insert(all.end(), batch.results().begin(), batch.results().end());
    return all;
  }

  PoolReport report() {
    return *ask<PoolReport>(pool, PoolQuery{});
  }

  /// A peer that a test speaks for, word by word.
  struct peer_entry {
    tests::double_of<Envelope> door;
    runtime::cluster::visitor_link link;
    size_t heard = 0;
    std::vector<LinkMessage> got;
    bool is_lost = false;
  };

  /// Lets the peer hear what came, and say what it has to.
  void turn(peer_entry& peer) {
    for (auto busy = true; busy;) {
      busy = false;
      for (auto& effect : peer.link.take_effects()) {
        busy = true;
        using kind = runtime::cluster::visitor_effect::kind;
        if (effect.what == kind::connect)
          peer.link.connected(sys.clock().now());
        else if (effect.what == kind::send)
          send_as(peer.door.actor, head_door, effect.envelope);
        else if (effect.what == kind::received)
          peer.got.push_back(std::move(effect.message));
        else if (effect.what == kind::lost || effect.what == kind::refused)
          peer.is_lost = true;
      }
      for (auto& all = peer.door.got<Envelope>(); peer.heard < all.size();
           busy = true)
        peer.link.receive(all[peer.heard++], sys.clock().now());
    }
  }

  peer_entry add_peer(PeerRole role, const std::string& name, uint64_t seed) {
    peer_entry peer{spawn_double<Envelope>(),
                    {{role, name, "1.0", seed},
                     cluster,
                     runtime::cluster::no_credentials(),
                     numbers(seed)},
                    0,
                    {},
                    false};
    peer.link.start(sys.clock().now());
    turn(peer);
    REQUIRE(peer.link.is_joined());
    return peer;
  }

  void say(peer_entry& peer, const LinkMessage& message) {
    peer.link.send(message, sys.clock().now());
    turn(peer);
  }

  void drain(const std::string& name) {
    auto peer = add_peer(PEER_ROLE_CLIENT, "c", 99);
    LinkMessage message;
    message.mutable_client_request()->mutable_drain()->set_name(name);
    say(peer, message);
    REQUIRE(peer.got.size() == 1);
    CHECK(peer.got[0].client_report().code() == 0);
  }

  /// The node's process dies.
  void kill(const node_entry& node) {
    caf::anon_send_exit(node.link, caf::exit_reason::kill);
    caf::anon_send_exit(node.worker, caf::exit_reason::kill);
    run();
  }

  std::string tree_in(const std::string& store, const std::string& content) {
    auto workspace = folder.path() / "ws";
    std::filesystem::create_directories(workspace / "src");
    std::ofstream{workspace / "src/a.cc"} << content;
    std::ofstream{workspace / "b.txt"} << "the same";
    auto opened = runtime::workspace::object_store::open(folder.path() / store);
    REQUIRE(opened);
    auto taken = opened->take_snapshot(workspace, {});
    REQUIRE(taken);
    return taken->tree;
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/cluster");

TEST_CASE_FIXTURE(cluster_fixture, "a unit runs on a node as on this host") {
  auto node = add_node("n1");
  auto workers = report().workers();
  REQUIRE(workers.size() == 1);
  CHECK(workers[0].worker() == "n1/w1");
  CHECK(workers[0].node() == "n1");
  submit(7);
  REQUIRE(node.script->started.size() == 1);
  node.script->finish([](AttemptResult& x) { x.mutable_unit_report(); });
  run();
  REQUIRE(results().size() == 1);
  CHECK(results()[0].ticket() == 7);
  CHECK(results()[0].worker() == "n1/w1");
  CHECK(results()[0].has_unit_report());
}

TEST_CASE_FIXTURE(cluster_fixture, "the watcher hears of nodes as they beat") {
  add_node("n1");
  advance(cluster.heartbeat_interval + 20ms);
  REQUIRE_FALSE(watcher.got<NodeTable>().empty());
  auto& table = watcher.last<NodeTable>();
  REQUIRE(table.nodes_size() == 1);
  CHECK(table.nodes(0).name() == "n1");
  CHECK(table.nodes(0).state() == NODE_STATE_JOINED);
  CHECK(table.nodes(0).bytes_sent() > 0);
}

TEST_CASE_FIXTURE(cluster_fixture, "the unit's tree goes before it, and the "
                                   "result's tree comes before the result") {
  auto node = add_node("n1");
  auto tree = tree_in("head.git", "int a;");
  submit(1, tree);
  REQUIRE(node.script->started.size() == 1);
  auto at_node
    = runtime::workspace::object_store::open(folder.path() / "n1.git");
  REQUIRE(at_node);
  CHECK(*at_node->read_file(tree, "src/a.cc") == "int a;");
  auto made = tree_in("n1.git", "int b;");
  node.script->finish([&](AttemptResult& x) {
    x.mutable_patch()->set_base_tree(tree);
    x.mutable_patch()->set_result_tree(made);
  });
  run();
  REQUIRE(results().size() == 1);
  CHECK_FALSE(results()[0].has_error());
  auto at_head
    = runtime::workspace::object_store::open(folder.path() / "head.git");
  REQUIRE(at_head);
  CHECK(*at_head->read_file(made, "src/a.cc") == "int b;");
}

TEST_CASE_FIXTURE(cluster_fixture, "a unit whose tree the head has not got "
                                   "fails; its node goes on") {
  auto node = add_node("n1");
  submit(1, std::string(40, 'a'));
  advance(1s);
  REQUIRE(results().size() == 1);
  CHECK(results()[0].has_error());
  CHECK(node.script->started.empty());
  submit(2);
  CHECK(node.script->started.size() == 1);
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "what a dead node held runs on another, once") {
  auto first = add_node("n1", 2);
  submit(1);
  REQUIRE(first.script->started.size() == 1);
  auto second = add_node("n2", 3);
  kill(first);
  advance(100ms);
  REQUIRE(second.script->started.size() == 1);
  CHECK(second.script->started[0].attempt() == 2);
  second.script->finish();
  run();
  CHECK(results().size() == 1);
  CHECK(report().workers_size() == 1);
}

TEST_CASE_FIXTURE(cluster_fixture, "a node that is cut off stops what it runs, "
                                   "and comes back") {
  auto node = add_node("n1");
  submit(1);
  REQUIRE(node.script->started.size() == 1);
  *node.is_cut = true;
  // As if the connection had broken: the head's door is gone for the node.
  caf::anon_send_exit(head_door, caf::exit_reason::kill);
  run();
  CHECK(node.script->cancels == 1);
  node.script->finish([](AttemptResult& x) {
    x.mutable_error()->set_code(
      static_cast<uint32_t>(runtime::errc::cancelled));
  });
  advance(5s);
  CHECK(report().workers_size() == 0); // Silent for too long.
  CHECK(results().empty());
}

TEST_CASE_FIXTURE(cluster_fixture, "a late result of a lost session is "
                                   "dropped, not merged") {
  auto first = add_node("n1", 2);
  submit(1);
  REQUIRE(first.script->started.size() == 1);
  auto second = add_node("n1", 3); // The same name: it began anew.
  advance(100ms);
  REQUIRE(second.script->started.size() == 1);
  first.script->finish();
  run();
  CHECK(results().empty());
  CHECK(report().workers_size() == 1);
  second.script->finish();
  run();
  CHECK(results().size() == 1);
}

TEST_CASE_FIXTURE(cluster_fixture, "a cancel reaches the node's worker, and "
                                   "its word comes back") {
  auto node = add_node("n1");
  submit(1);
  CancelUnits cancel;
  cancel.set_task_id("t");
  send_as(client.actor, pool, cancel);
  CHECK(node.script->cancels == 1);
  CHECK(client.got<UnitsCancelled>().empty());
  node.script->finish();
  run();
  CHECK(client.got<UnitsCancelled>().size() == 1);
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "a worker that dies on its node is gone at the head") {
  auto node = add_node("n1");
  submit(1);
  caf::anon_send_exit(node.worker, caf::exit_reason::kill);
  advance(100ms);
  CHECK(report().workers_size() == 0);
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "a drained node finishes, takes nothing new, and leaves") {
  auto first = add_node("n1", 2);
  submit(1);
  REQUIRE(first.script->started.size() == 1);
  self->monitor(first.link);
  drain("n1");
  auto second = add_node("n2", 3);
  submit(2);
  advance(5s, 100ms);
  CHECK(first.script->started.size() == 1);
  CHECK(second.script->started.size() == 1);
  CHECK(self->mailbox().empty()); // It still works.
  first.script->finish();
  second.script->finish();
  advance(2s, 100ms);
  CHECK(results().size() == 2);
  REQUIRE_FALSE(self->mailbox().empty());
  self->receive([](caf::down_msg& down) {
    CHECK(down.reason == caf::exit_reason::user_shutdown);
  });
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "a node that is told to end finishes, and then leaves") {
  auto first = add_node("n1", 2);
  submit(1);
  REQUIRE(first.script->started.size() == 1);
  self->monitor(first.link);
  send_as(client.actor, first.link, Drain{});
  auto second = add_node("n2", 3);
  submit(2);
  submit(3);
  advance(5s, 100ms);
  CHECK(first.script->started.size() == 1);
  CHECK(watcher.last<NodeTable>().nodes(0).state() == NODE_STATE_DRAINING);
  CHECK(self->mailbox().empty()); // It still works.
  first.script->finish();
  advance(2s, 100ms);
  CHECK(results().size() == 1);
  CHECK(watcher.last<NodeTable>().nodes(0).state() == NODE_STATE_LEFT);
  REQUIRE_FALSE(self->mailbox().empty());
  self->receive([](caf::down_msg& down) {
    CHECK(down.reason == caf::exit_reason::user_shutdown);
  });
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "a node that is told to end does not wait for a lost head") {
  auto node = add_node("n1");
  submit(1);
  REQUIRE(node.script->started.size() == 1);
  self->monitor(node.link);
  SUBCASE("that is lost while it drains") {
    send_as(client.actor, node.link, Drain{});
    *node.is_cut = true;
    caf::anon_send_exit(head_door, caf::exit_reason::kill);
  }
  SUBCASE("that was lost before") {
    *node.is_cut = true;
    caf::anon_send_exit(head_door, caf::exit_reason::kill);
    run();
    send_as(client.actor, node.link, Drain{});
  }
  advance(1s, 100ms);
  REQUIRE_FALSE(self->mailbox().empty());
}

TEST_CASE_FIXTURE(cluster_fixture, "a drained node leaves, too, when what it "
                                   "held was cancelled before its tree came") {
  auto node = add_node("n1");
  self->monitor(node.link);
  submit(1, std::string(40, 'a')); // Nobody has it: the fetch fails.
  drain("n1");
  advance(2s, 100ms);
  CHECK_FALSE(self->mailbox().empty());
}

TEST_CASE_FIXTURE(cluster_fixture, "a node that lies answers for nobody else") {
  auto honest = add_node("n1");
  submit(1);
  REQUIRE(honest.script->started.size() == 1);
  auto liar = add_peer(PEER_ROLE_NODE, "evil", 50);
  LinkMessage hello;
  auto& words = *hello.mutable_from_worker();
  words.set_worker("w1");
  words.mutable_hello()->set_credits(4'000'000'000);
  words.mutable_hello()->add_specialties()->set_kind(SPECIALTY_KIND_GENERALIST);
  say(liar, hello);
  CHECK(report().workers_size() == 2);

  // Another's attempt, and trees that nobody has.
  LinkMessage lie;
  lie.mutable_from_worker()->set_worker("w1");
  for (uint64_t sequence = 0; sequence < 100; ++sequence) {
    auto& one = *lie.mutable_from_worker()->mutable_finished()->add_finished();
    one.set_sequence(sequence < 50 ? uint64_t{1} << 32U | sequence : sequence);
    one.set_attempt(1);
    one.mutable_result()->mutable_patch()->set_result_tree(
      std::string(40, 'b'));
  }
  say(liar, lie);
  turn(liar);
  CHECK(results().empty());
  for (auto& message : liar.got)
    CHECK_FALSE(message.has_objects_wanted());
  lie.mutable_from_worker()->set_worker("n1/w1");
  say(liar, lie);
  CHECK(results().empty());

  honest.script->finish();
  run();
  CHECK(results().size() == 1);
  CHECK(results()[0].worker() == "n1/w1");
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "a node that says what it may not is let go") {
  auto liar = add_peer(PEER_ROLE_NODE, "evil", 50);
  LinkMessage message;
  SUBCASE("a client's request") {
    message.mutable_client_request()->mutable_tasks();
  }
  SUBCASE("a worker without a name") {
    message.mutable_from_worker()->mutable_hello();
  }
  SUBCASE("a worker whose specialties fill the memory") {
    message.mutable_from_worker()->set_worker("w1");
    for (auto i = 0; i < 60'000; ++i)
      message.mutable_from_worker()
        ->mutable_hello()
        ->add_specialties()
        ->set_kind(SPECIALTY_KIND_TESTING);
  }
  say(liar, message);
  turn(liar);
  CHECK(liar.is_lost);
  CHECK(report().workers_size() == 0);
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "a node that asks and does not listen is let "
                  "go") {
  auto liar = add_peer(PEER_ROLE_NODE, "evil", 50);
  LinkMessage message;
  message.mutable_objects_wanted()->add_ids(std::string(20, 'x'));
  for (uint64_t i = 0; i < 1000; ++i) {
    message.mutable_objects_wanted()->set_ask(i);
    liar.link.send(message, sys.clock().now());
  }
  for (auto& effect : liar.link.take_effects()) // All before any answer.
    caf::send_as(liar.door.actor, head_door, effect.envelope);
  run();
  turn(liar);
  CHECK(liar.is_lost);
}

TEST_CASE_FIXTURE(cluster_fixture, "a progress of a node's attempt renews its "
                                   "lease") {
  auto node = add_node("n1");
  submit(1);
  advance(40s, 100ms);
  node.script->alive();
  advance(40s, 100ms);
  CHECK(results().empty());
  CHECK(node.script->cancels == 0);
  advance(30s, 100ms);
  CHECK(node.script->cancels == 1);
}

TEST_SUITE_END();

} // namespace cohort::tests::cluster_test
