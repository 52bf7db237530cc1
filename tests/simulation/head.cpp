#include "tests/simulation/head.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <caf/send.hpp>

#include "actors/client_desk.hpp"
#include "actors/coordinator.hpp"
#include "actors/council_chair.hpp"
#include "actors/gatekeeper.hpp"
#include "actors/gateway.hpp"
#include "actors/journal.hpp"
#include "actors/link_door.hpp"
#include "actors/orchestrator.hpp"
#include "actors/progress_hub.hpp"
#include "actors/timer.hpp"
#include "actors/worker_pool.hpp"
#include "runtime/council/judges.hpp"
#include "tests/simulation/inside.hpp"
#include "tests/simulation/simulated_courier.hpp"

namespace cohort::tests::simulation {

namespace {

using namespace std::chrono_literals;

actors::worker_pool_settings pool_of_play(const scenario& what, uint64_t epoch,
                                          uint64_t seed) {
  actors::worker_pool_settings result;
  result.pool.max_concurrent_workers = std::max(1U, what.workers);
  result.pool.max_cpu_bound = what.workers;
  result.pool.max_attempts = what.max_attempts;
  result.pool.worker_timeout = 3s;
  result.pool.cancel_timeout = 1s;
  result.pool.retry_backoff = 50ms;
  result.pool.retry_backoff_max = 500ms;
  result.pool.prefetch = 2;
  result.pool.breaker_cool_down = 1s;
  result.pool.speculation.least = 150ms;
  result.pool.speculation.budget = 0.5; // Plays are short.
  result.head_epoch = epoch;
  result.seed = seed;
  return result;
}

/// `real`, or what `wrap` makes of it.
template <class T>
T seen_as(stage& play, T real, const spare_parts::wrapper<T>& wrap) {
  return wrap ? wrap(play, std::move(real)) : real;
}

} // namespace

runtime::cluster::cluster_settings cluster_of_play() {
  runtime::cluster::cluster_settings result;
  result.heartbeat_interval = 200ms;
  result.failure_timeout = 1000ms;
  result.join_timeout = 1000ms;
  return result;
}

head::head(std::shared_ptr<surroundings> around, const scenario& what,
           const spare_parts& parts, uint64_t seed, disk storage)
  : around_{std::move(around)},
    play_{around_->play},
    storage_{std::move(storage)},
    epoch_{*storage_.log->next_epoch()} {
  others_.timer = seen_as(play_, spawn(actors::timer, 20ms), parts.timer);
  spare_parts::log_pointer log = storage_.log;
  if (parts.log)
    log = parts.log(log);
  others_.journal = seen_as(play_, spawn(actors::journal, log), parts.journal);
  others_.store = seen_as(
    play_, spawn(simulated_store, around_, storage_.store), parts.store);
  others_.progress = spawn(actors::progress_hub, others_.timer,
                           runtime::telemetry::progress_settings{});
  others_.pool = spawn(actors::worker_pool, others_.timer,
                       pool_of_play(what, epoch_, seed + epoch_));
  coordination_.supervision.fallback = what.fallback;
  coordination_.supervision.max_coordinator_restarts
    = what.coordinator_restarts;
  coordination_.supervision.admission_limit = what.admission;
  coordination_.decomposition.strategy = what.strategy;
  coordination_.council = what.council;
  coordination_.workers = what.workers;
  spawn_council(what);
  others_.gatekeeper = spawn(actors::gatekeeper, others_.pool,
                             runtime::quality::gate_settings{});
  sites_ = make_sites("", what.workers, storage_.store->trees);
  workers_ = std::make_unique<crew>(around_, sites_,
                                    parts.dispatcher
                                      ? parts.dispatcher(play_, others_.pool)
                                      : actors::dispatcher_actor{others_.pool});
  spawn_orchestrator(what);
  if (what.nodes > 0)
    listen(seed);
}

void head::spawn_council(const scenario& what) {
  std::vector<actors::seat> seats;
  for (auto& judge : runtime::council::judges()) {
    is_silent_.push_back(std::make_shared<bool>(false));
    judges_.push_back(spawn(simulated_judge, judge.decide, is_silent_.back()));
    seats.push_back({std::string{judge.name}, judges_.back()});
  }
  actors::council_chair_settings settings;
  settings.council.enabled = what.council;
  settings.council.review_timeout = 500ms;
  settings.limits = coordination_.decomposition;
  others_.council = spawn(actors::council_chair, others_.timer,
                          std::move(seats), settings);
}

void head::spawn_orchestrator(const scenario& what) {
  actors::orchestrator_settings settings;
  supervision_.supervision = coordination_.supervision;
  supervision_.routing.workers = what.workers + what.nodes * what.node_workers;
  supervision_.routing.cores = supervision_.routing.workers;
  settings.task = supervision_;
  settings.counts_workers = what.nodes > 0;
  orchestrator_ = spawn(
    actors::orchestrator, others_,
    std::move(settings).with_parallel_execution(
      [this](caf::local_actor* parent, unsigned workers) {
        auto own = coordination_;
        own.workers = workers;
        auto handle = parent->spawn(actors::coordinator, others_, own);
        coordinators_->push_back(handle);
        process_.push_back(caf::actor_cast<caf::strong_actor_ptr>(handle));
        play_.keep(process_.back());
        return handle;
      }));
}

void head::listen(uint64_t seed) {
  auto desk = spawn(actors::client_desk, orchestrator_, others_.pool,
                    others_.journal, others_.progress,
                    *storage_.log->unfinished());
  actors::gateway_settings settings;
  auto number = seed * 100 + epoch_; // Of this process.
  settings.own = {"1.0", number, epoch_};
  settings.cluster = cluster_of_play();
  settings.credentials = runtime::cluster::no_credentials();
  settings.random = [random = std::make_shared<std::mt19937_64>(number)] {
    return (*random)();
  };
  settings.make_courier = courier_at(storage_.store->trees);
  gateway_ = spawn(actors::gateway, others_.timer, others_.pool, desk,
                   std::move(settings));
  door_ = spawn(actors::link_door, gateway_);
}

void head::crash() {
  is_running_ = false;
  workers_->end();
  auto kill = [](const auto& actor) {
    caf::anon_send_exit(actor, caf::exit_reason::kill);
  };
  if (auto* tasks = inside<actors::orchestrator_state>(orchestrator_))
    for (auto& [id, task] : tasks->tasks)
      if (task.supervisor)
        kill(task.supervisor);
  for (auto& actor : process_)
    kill(actor);
}

void head::crash_worker(size_t number) {
  workers_->crash(number);
}

bool head::crash_coordinator() {
  if (coordinators_->empty())
    return false;
  caf::anon_send_exit(coordinators_->back(), caf::exit_reason::kill);
  return true;
}

void head::crash_judge(size_t number) {
  caf::anon_send_exit(judges_[number % judges_.size()], caf::exit_reason::kill);
}

void head::silence_judge(size_t number) {
  *is_silent_[number % is_silent_.size()] = true;
}

} // namespace cohort::tests::simulation
