#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <spdlog/spdlog.h>

#include "tests/simulation/head.hpp"
#include "tests/simulation/node.hpp"

namespace cohort::tests::many_nodes_test {

/// A head with two hundred nodes, which say that they live and work off what it
/// has, in one process and in virtual time.

using namespace std::chrono_literals;
using namespace cohort::tests::simulation;

namespace {

constexpr unsigned nodes_count = 200;
constexpr unsigned node_workers = 2;
constexpr unsigned assignments = 2; // That a worker holds at once.

struct requester_state {
  static inline const char* name = "requester";
};

scenario of_many() {
  scenario what;
  what.nodes = nodes_count;
  what.node_workers = node_workers;
  what.workers = 1;
  return what;
}

/// `count` checks of one snapshot's units, by turns.
pb::SubmitUnits checks(const world& of, const std::string& root,
                       uint64_t count) {
  auto prepared = of.prepared();
  pb::SubmitUnits result;
  for (uint64_t i = 0; i < count; ++i) {
    auto& unit = *result.add_units();
    unit.set_ticket(i + 1);
    unit.set_task_id("t1");
    unit.set_workspace_root(root);
    unit.set_tree(name_of(of.faults));
    unit.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_COMPILATION_ERRORS);
    auto next
      = static_cast<int>(i % static_cast<uint64_t>(prepared.units_size()));
    unit.mutable_check()->set_unit(prepared.units(next));
    unit.mutable_check()->set_compiler("gcc");
  }
  return result;
}

struct crowd {
  stage play{1, 0}; // The host is fast enough for all of them.
  dice effects{1, dice::stream::effects};
  dice network{1, dice::stream::network};
  scenario what = of_many();
  spare_parts parts;
  std::string root = "/workspaces/t1";
  std::shared_ptr<surroundings> around = std::make_shared<surroundings>(
    surroundings{play, effects, {{root, make_world({}, 1)}}});
  head host{around, what, parts, 1, {}};
  std::vector<std::unique_ptr<node>> nodes;
  std::vector<unsigned> results; // By ticket.
  uint64_t failed = 0;
  uint64_t finished = 0;
  pb::PoolReport pool;
  caf::actor requester;

  crowd() {
    spdlog::set_level(spdlog::level::off); // Of joins there are many.
    for (unsigned i = 1; i <= nodes_count; ++i)
      nodes
        .emplace_back(std::make_unique<node>(around, network, what, host.door(),
                                             "n" + std::to_string(i)))
        ->start();
    requester = play.spawn(
      [this](caf::stateful_actor<requester_state>*) -> caf::behavior {
        return {
          [this](const pb::UnitsFinished& batch) {
            for (auto& result : batch.results()) {
              ++results.at(result.ticket());
              ++finished;
              failed += result.has_error() ? 1 : 0;
            }
          },
          [this](const pb::PoolReport& report) { pool = report; },
        };
      });
  }

  ~crowd() {
    play.end();
  }

  void pass(std::chrono::milliseconds time) {
    for (auto end = play.now() + time; play.now() < end;)
      REQUIRE(play.step());
  }

  const pb::PoolReport& report() {
    pool.Clear();
    caf::send_as(requester, host.others().pool, pb::PoolQuery{});
    while (pool.workers().empty())
      REQUIRE(play.step());
    return pool;
  }

  void work_off(uint64_t count) {
    results.assign(count + 1, 0);
    finished = 0;
    host.store().trees->insert(name_of(around->worlds.at(root).faults));
    caf::send_as(requester, host.others().pool,
                 checks(around->worlds.at(root), root, count));
    while (finished < count)
      REQUIRE(play.step());
  }
};

} // namespace

TEST_CASE("two hundred nodes join, beat, and work off a hundred thousand units "
          "without a queue that grows") {
  constexpr uint64_t units = 100'000;
  constexpr uint64_t few = 5'000;
  crowd all;
  all.pass(2s);
  CHECK(all.report().workers_size() == nodes_count * node_workers + 1);
  all.pass(cluster_of_play().failure_timeout * 3); // Nothing but heartbeats.
  CHECK(all.report().workers_size() == nodes_count * node_workers + 1);

  all.work_off(few);
  auto of_few = all.play.longest_queue();
  all.work_off(units);
  auto of_all = all.play.longest_queue();
  MESSAGE("longest queue: " << of_few << " messages with " << few
                            << " units, then " << of_all << " with " << units);
  CHECK(all.failed == 0);
  for (uint64_t ticket = 1; ticket <= units; ++ticket)
    REQUIRE(all.results[ticket] == 1);
  CHECK(all.report().fenced() == 0);
  CHECK(all.report().queued() == 0);
  // Every worker's answers at once, and every node's heartbeat.
  CHECK(of_all <= nodes_count * (node_workers * assignments + 1));
  CHECK(of_all <= 2 * of_few);
}

} // namespace cohort::tests::many_nodes_test
