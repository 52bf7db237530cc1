#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/timer.hpp"
#include "actors/worker.hpp"
#include "actors/worker_pool.hpp"
#include "nodes/wiring.hpp"
#include "tests/bench/waiting_runner.hpp"

/// Three nodes of four workers, one of them ten times slower, through the
/// production pool: how much longer it takes than if no time were lost in the
/// end, and what share of the workers' time went into attempts that another
/// outran; with second attempts, and without.
namespace {

using namespace cohort;
using namespace std::chrono_literals;
namespace pb = cohort::messages::v1;
using clock_type = std::chrono::steady_clock;

constexpr unsigned unit_count
  = 172; // The slow ones have just begun when they are out.
constexpr unsigned workers_of_node = 4;
constexpr auto unit_time = 100ms;
constexpr unsigned slowness[] = {1, 1, 10}; // By node.

/// All workers busy until the last unit ends.
double ideal_seconds() {
  double rate = 0;
  for (auto times : slowness)
    rate += workers_of_node / (0.1 * times);
  return unit_count / rate;
}

void run_once(caf::actor_system& sys, bool with_second_attempts) {
  actors::worker_pool_settings options;
  options.pool.speculation.enabled = with_second_attempts;
  options.pool.speculation.least = 2 * unit_time;
  auto timer = sys.spawn(actors::timer, 10ms);
  auto pool = sys.spawn(actors::worker_pool, timer, options);
  std::vector<caf::actor> spawned{caf::actor_cast<caf::actor>(timer),
                                  caf::actor_cast<caf::actor>(pool)};
  unsigned node = 0;
  for (auto times : slowness) {
    ++node;
    for (unsigned i = 1; i <= workers_of_node; ++i) {
      actors::worker_settings settings;
      settings.node = "n" + std::to_string(node);
      settings.name = settings.node + "/w" + std::to_string(i);
      settings.specialties.emplace_back().set_kind(
        pb::SPECIALTY_KIND_GENERALIST);
      auto runner = std::make_unique<bench::waiting_runner>(unit_time * times);
      auto worker = sys.spawn(actors::worker, pool, settings,
                              actors::hand_over(std::move(runner)));
      spawned.push_back(caf::actor_cast<caf::actor>(worker));
    }
  }
  caf::scoped_actor self{sys};
  auto begin = clock_type::now();
  self->send(pool, bench::units_that_wait(unit_count));
  for (unsigned finished = 0; finished < unit_count;)
    self->receive([&](const pb::UnitsFinished& some) {
      finished += static_cast<unsigned>(some.results_size());
    });
  auto seconds
    = std::chrono::duration<double>(clock_type::now() - begin).count();
  self->request(pool, 5s, pb::PoolQuery{})
    .receive(
      [&](const pb::PoolReport& report) {
        double busy = 0;
        for (auto& worker : report.workers())
          busy += worker.busy_seconds();
        std::printf("{\"workload\":\"straggler\",\"second_attempts\":%s,\"n\":"
                    "%u,\"seconds\":%.3f,\"ideal\":%.3f,\"ratio\":%.3f,"
                    "\"speculated\":%u,\"duplicate_share\":%.4f}\n",
                    with_second_attempts ? "true" : "false", unit_count,
                    seconds, ideal_seconds(), seconds / ideal_seconds(),
                    static_cast<unsigned>(report.speculated()),
                    report.wasted_seconds() / busy);
      },
      [](const caf::error&) { std::puts("the pool does not answer"); });
  for (auto& actor : spawned)
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

} // namespace

int main() {
  nodes::system_config config;
  caf::actor_system sys{config};
  run_once(sys, true);
  run_once(sys, false);
}
