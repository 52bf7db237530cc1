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

/// 64 units that wait 0.1 s, on 8 workers, through the production pool. As with
/// the peers that have workers of their own, the wait is inside the worker: no
/// program is started, so that what is above 0.8 s is dispatch.
namespace {

using namespace cohort;
using namespace std::chrono_literals;
namespace pb = cohort::messages::v1;
using clock_type = std::chrono::steady_clock;

constexpr int unit_count = 64;
constexpr int worker_count = 8;
constexpr auto wait_time = 100ms;

double run_once(caf::actor_system& sys) {
  auto timer = sys.spawn(actors::timer, 10ms);
  auto pool = sys.spawn(actors::worker_pool, timer,
                        actors::worker_pool_settings{{}, 1, 1});
  std::vector<caf::actor> spawned{caf::actor_cast<caf::actor>(timer),
                                  caf::actor_cast<caf::actor>(pool)};
  for (int i = 1; i <= worker_count; ++i) {
    actors::worker_settings settings;
    settings.name = "w" + std::to_string(i);
    settings.specialties.emplace_back().set_kind(pb::SPECIALTY_KIND_GENERALIST);
    auto worker = sys.spawn(
      actors::worker, pool, settings,
      actors::hand_over(std::make_unique<bench::waiting_runner>(wait_time)));
    spawned.push_back(caf::actor_cast<caf::actor>(worker));
  }
  caf::scoped_actor self{sys};
  auto begin = clock_type::now();
  self->send(pool, bench::units_that_wait(unit_count));
  for (int finished = 0; finished < unit_count;)
    self->receive(
      [&](const pb::UnitsFinished& some) { finished += some.results_size(); });
  auto seconds
    = std::chrono::duration<double>(clock_type::now() - begin).count();
  for (auto& actor : spawned)
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  return seconds;
}

} // namespace

int main() {
  nodes::system_config config;
  caf::actor_system sys{config};
  auto seconds = run_once(sys);
  std::printf("{\"peer\":\"cohort: wait in worker\",\"workload\":\"wait\","
              "\"n\":%d,\"seconds\":%.6f,\"per_second\":%.1f}\n",
              unit_count, seconds, unit_count / seconds);
}
