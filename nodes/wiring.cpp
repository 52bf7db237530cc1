#include "nodes/wiring.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "actors/coordinator.hpp"
#include "actors/council_chair.hpp"
#include "actors/error.hpp"
#include "actors/gatekeeper.hpp"
#include "actors/journal.hpp"
#include "actors/judge.hpp"
#include "actors/orchestrator.hpp"
#include "actors/progress_hub.hpp"
#include "actors/root_supervisor.hpp"
#include "actors/storekeeper.hpp"
#include "actors/timer.hpp"
#include "actors/worker.hpp"
#include "actors/worker_pool.hpp"
#include "runtime/journal/event_log.hpp"
#include "runtime/process/launcher.hpp"

namespace cohort::nodes {

namespace pb = messages::v1;
using runtime::errc;
using runtime::error;
using runtime::expected;

system_config::system_config() {
  add_message_types<caf::id_block::cohort>();
  add_error_category(caf::atom("cohort"), [](uint8_t code, caf::atom_value,
                                             const caf::message& context) {
    auto name = runtime::to_string(static_cast<runtime::errc>(code));
    return context.empty() ? name : name + ": " + to_string(context);
  });
  set("scheduler.policy", caf::atom("sharing"));
}

void resolve_workers(head_options& options, unsigned jobs, bool sequential,
                     unsigned cores) {
  auto& pool = options.settings.pool;
  options.workers = sequential ? 1
                    : jobs > 0 ? jobs
                               : pool.max_concurrent_workers;
  options.workers = std::max(1U, options.workers);
  options.cpu_tokens = std::clamp(options.workers, 1U, std::max(1U, cores));
  pool.max_concurrent_workers = options.workers;
  pool.max_cpu_bound = options.cpu_tokens;
  options.settings.routing.workers = options.workers;
  options.settings.routing.cores = options.cpu_tokens;
  options.settings.processes.cpu_tokens = options.cpu_tokens;
}

std::string make_task_id() {
  auto now
    = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[40];
  std::snprintf(text, sizeof text, "%04d%02d%02d-%02d%02d%02d-%04x",
                utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                utc.tm_min, utc.tm_sec, std::random_device{}() & 0xffffU);
  return text;
}

expected<std::unique_ptr<head>> head::start(head_options options) {
  auto path = options.settings.state.empty()
                ? runtime::workspace::state_folder::default_path()
                : options.settings.state;
  auto state = runtime::workspace::state_folder::open(path);
  if (!state)
    return state.error();
  // Before CAF starts its threads: the launcher inherits a quiet process.
  auto processes = runtime::process::start_launcher(options.settings.processes);
  if (!processes)
    return processes.error();
  std::unique_ptr<head> result{
    new head{std::move(options), std::move(*state), std::move(*processes)}};
  if (auto spawned = result->spawn_all(); !spawned)
    return spawned.error();
  return result;
}

head::head(head_options options, runtime::workspace::state_folder state,
           std::unique_ptr<runtime::process::runner> processes)
  : options_{std::move(options)},
    state_{std::move(state)},
    processes_{std::move(processes)},
    system_{std::in_place, config_} {
  // nop
}

actors::worker_actor head::spawn_worker(unsigned number, uint64_t incarnation) {
  actors::worker_settings settings;
  settings.name = "w" + std::to_string(number);
  settings.node = "local";
  settings.incarnation = incarnation;
  settings.credits = options_.settings.pool.prefetch;
  for (auto kind :
       {pb::SPECIALTY_KIND_COMPILATION_ERRORS, pb::SPECIALTY_KIND_GENERALIST})
    settings.specialties.emplace_back().set_kind(kind);
  runtime::execution::slot_runner_settings slot{state_.store(), state_.slots(),
                                                options_.settings.toolchain,
                                                options_.settings.processes};
  return system_->spawn(
    actors::worker, services_.pool, std::move(settings),
    actors::hand_over(runtime::execution::make_slot_runner(
      "w" + std::to_string(number), slot, *processes_, caches_)));
}

expected<void> head::spawn_all() {
  auto& settings = options_.settings;
  auto& sys = *system_;
  std::vector<actors::child> children;
  auto keep = [&](std::string name, const auto& handle,
                  std::function<caf::actor(uint64_t)> again = {}) {
    auto any = caf::actor_cast<caf::actor>(handle);
    roles_.emplace(name, any);
    children.push_back({std::move(name), std::move(any), std::move(again)});
  };
  std::string why_no_cache;
  caches_.checks = runtime::execution::open_check_cache(
    state_.checks(), settings.cache, why_no_cache);
  if (!caches_.checks && settings.cache.enabled)
    spdlog::warn("every check is made: {}", why_no_cache);
  std::shared_ptr<runtime::journal::event_log> log
    = runtime::journal::make_memory_log();
  if (!options_.memory_journal) {
    auto opened = runtime::journal::open_sqlite_log(state_.journal());
    if (!opened)
      return opened.error();
    log = std::move(*opened);
  }
  auto epoch = log->next_epoch();
  if (!epoch)
    return epoch.error();

  services_.timer = sys.spawn(actors::timer, std::chrono::milliseconds{20});
  keep("timer", services_.timer);
  services_.journal = sys.spawn<caf::detached>(actors::journal, log);
  keep("journal", services_.journal);
  services_.store = sys.spawn<caf::detached>(
    actors::storekeeper,
    actors::storekeeper_settings{state_.store(), state_.patches(),
                                 settings.snapshot});
  keep("storekeeper", services_.store);
  services_.progress = sys.spawn(actors::progress_hub, services_.timer,
                                 settings.progress);
  keep("progress_hub", services_.progress);
  services_.pool = sys.spawn(actors::worker_pool, services_.timer,
                             actors::worker_pool_settings{
                               settings.pool, *epoch, std::random_device{}()});
  keep("worker_pool", services_.pool);
  std::vector<actors::seat> seats;
  for (auto& judge : runtime::council::judges()) {
    auto handle = sys.spawn(actors::judge, judge.decide);
    // A dead judge counts as absent; it takes nobody with it.
    roles_.emplace("judge " + std::string{judge.name},
                   caf::actor_cast<caf::actor>(handle));
    seats.push_back({std::string{judge.name}, handle});
  }
  services_.council = sys.spawn(
    actors::council_chair, services_.timer, std::move(seats),
    actors::council_chair_settings{settings.council, settings.decomposition});
  keep("council_chair", services_.council);
  services_.gatekeeper = sys.spawn(actors::gatekeeper, services_.pool,
                                   settings.gates);
  keep("gatekeeper", services_.gatekeeper);
  for (unsigned i = 1; i <= options_.workers; ++i)
    keep("worker w" + std::to_string(i), spawn_worker(i, 1),
         [this, i](uint64_t incarnation) {
           return caf::actor_cast<caf::actor>(spawn_worker(i, incarnation));
         });

  actors::orchestrator_settings orchestration;
  orchestration.task.supervision = settings.supervision;
  orchestration.task.routing = settings.routing;
  orchestration.task.deliver = options_.deliver;
  orchestration.task.no_branch = options_.no_branch;
  orchestration.task.apply = options_.apply;
  orchestration.make_task_id = make_task_id;
  if (settings.routing.parallel_enabled) {
    runtime::coordination::coordinator_settings coordination{
      settings.supervision, settings.decomposition, settings.council.enabled,
      options_.workers};
    orchestration
      = std::move(orchestration)
          .with_parallel_execution(
            [others = services_, coordination](caf::local_actor* self) {
              return self->spawn(actors::coordinator, others, coordination);
            });
  }
  orchestrator_ = sys.spawn(actors::orchestrator, services_,
                            std::move(orchestration));
  keep("orchestrator", orchestrator_);
  root_ = sys.spawn(
    actors::root_supervisor, std::move(children),
    actors::root_settings{settings.supervision.worker_restarts,
                          settings.supervision.worker_restart_window});
  return {};
}

head::~head() {
  if (system_ && root_)
    caf::anon_send(root_, pb::Shutdown{});
  root_ = nullptr;
  orchestrator_ = nullptr;
  services_ = {};
  roles_.clear();
  system_.reset(); // Waits for the actors; runners stop their processes.
}

caf::actor_system& head::system() {
  return *system_;
}

const actors::services& head::services() const {
  return services_;
}

const actors::orchestrator_actor& head::orchestrator() const {
  return orchestrator_;
}

const actors::root_supervisor_actor& head::root() const {
  return root_;
}

caf::actor head::find(const std::string& role) const {
  auto found = roles_.find(role);
  return found == roles_.end() ? nullptr : found->second;
}

} // namespace cohort::nodes
