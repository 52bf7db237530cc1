#include "nodes/wiring.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "actors/client_desk.hpp"
#include "actors/coordinator.hpp"
#include "actors/council_chair.hpp"
#include "actors/courier.hpp"
#include "actors/error.hpp"
#include "actors/gatekeeper.hpp"
#include "actors/gateway.hpp"
#include "actors/historian.hpp"
#include "actors/janitor.hpp"
#include "actors/journal.hpp"
#include "actors/judge.hpp"
#include "actors/link_door.hpp"
#include "actors/orchestrator.hpp"
#include "actors/progress_hub.hpp"
#include "actors/root_supervisor.hpp"
#include "actors/storekeeper.hpp"
#include "actors/telemetry.hpp"
#include "actors/timer.hpp"
#include "actors/worker.hpp"
#include "actors/worker_pool.hpp"
#include "config/specialists.hpp"
#include "nodes/certs.hpp"
#include "nodes/door_keeper.hpp"
#include "nodes/retention.hpp"
#include "runtime/journal/event_log.hpp"
#include "runtime/process/launcher.hpp"
#include "runtime/process/sandbox_runner.hpp"

namespace cohort::nodes {

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

system_config::system_config(const std::optional<transport>& how,
                             const runtime::cluster::cluster_settings& settings)
  : system_config{} {
  if (how)
    set_up(*this, *how, settings);
}

namespace {

constexpr std::chrono::hours retention_interval{1};

std::optional<transport> transport_of(const head_options& options) {
  if (!options.listen)
    return std::nullopt;
  return options.listen->how;
}

} // namespace

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
  // Counted, so that many tasks in a second, or a clock that is set back, give
  // no name twice.
  static std::atomic<unsigned> next{std::random_device{}()};
  char text[40];
  std::snprintf(text, sizeof text, "%04d%02d%02d-%02d%02d%02d-%04x",
                utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                utc.tm_min, utc.tm_sec, next++ & 0xffffU);
  return text;
}

expected<std::unique_ptr<runtime::process::runner>>
start_programs(const runtime::process::process_settings& settings,
               const std::vector<std::filesystem::path>& secrets) {
  auto launcher = runtime::process::start_launcher(settings);
  if (!launcher)
    return launcher.error();
  auto confining = runtime::process::with_sandboxes(std::move(*launcher),
                                                    secrets, settings);
  if (!confining)
    return confining.error();
  if (!confining->why_not.empty())
    spdlog::warn("programs of workspaces run without a sandbox: {}",
                 confining->why_not);
  return std::move(confining->processes);
}

namespace {

/// What no program of a workspace sees, wherever it is.
std::vector<std::filesystem::path>
secrets_of(const head_options& options, const std::filesystem::path& state) {
  std::vector<std::filesystem::path> result{
    state, certificates_folder(options.settings)};
  if (options.listen)
    result.push_back(options.listen->how.files.key.parent_path());
  return result;
}

} // namespace

expected<std::unique_ptr<head>> head::start(head_options options) {
  auto path = state_path(options.settings);
  auto state = runtime::workspace::state_folder::open(path);
  if (!state)
    return state.error();
  // Before CAF starts its threads: the launcher inherits a quiet process.
  auto processes = start_programs(options.settings.processes,
                                  secrets_of(options, state->path()));
  if (!processes)
    return processes.error();
  std::unique_ptr<head> result{
    new head{std::move(options), std::move(*state), std::move(*processes)}};
  if (auto spawned = result->spawn_all(); !spawned)
    return spawned.error();
  return result;
}

uint64_t random_bits() {
  std::random_device source;
  return uint64_t{source()} << 32 | source();
}

actors::courier_factory
courier_for(const std::filesystem::path& store,
            const runtime::workspace::snapshot_settings& snapshot) {
  actors::courier_settings settings{store, snapshot.max_file_bytes};
  return [settings](caf::local_actor* self, actors::link_actor link) {
    return self->spawn<caf::detached + caf::linked>(actors::courier, link,
                                                    settings);
  };
}

head::head(head_options options, runtime::workspace::state_folder state,
           std::unique_ptr<runtime::process::runner> processes)
  : options_{std::move(options)},
    state_{std::move(state)},
    processes_{std::move(processes)},
    config_{transport_of(options_), options_.settings.cluster},
    system_{std::in_place, config_} {
  // nop
}

actors::worker_actor spawn_worker(caf::actor_system& system,
                                  const actors::dispatcher_actor& dispatcher,
                                  const worker_site& site, unsigned number,
                                  uint64_t incarnation) {
  actors::worker_settings settings;
  settings.name = "w" + std::to_string(number);
  settings.node = "local";
  settings.incarnation = incarnation;
  settings.credits = site.settings.pool.prefetch;
  for (auto kind :
       {pb::SPECIALTY_KIND_COMPILATION_ERRORS, pb::SPECIALTY_KIND_GENERALIST})
    settings.specialties.emplace_back().set_kind(kind);
  runtime::execution::slot_runner_settings slot{
    site.store,
    site.slots,
    site.settings.toolchain,
    site.settings.processes,
    site.settings.snapshot.max_file_bytes,
    site.settings.natives};
  auto name = settings.name;
  auto& processes = site.chaos ? site.chaos->programs_of(name, site.processes)
                               : site.processes;
  auto runner = runtime::execution::make_slot_runner(name, slot, processes,
                                                     site.caches);
  auto worker = system.spawn(actors::worker, dispatcher, std::move(settings),
                             actors::hand_over(std::move(runner)));
  if (site.chaos)
    site.chaos->on_kill(
      name, [weak = caf::actor_cast<caf::weak_actor_ptr>(worker)] {
        if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(weak))
          caf::anon_send_exit(caf::actor_cast<caf::actor>(alive),
                              caf::exit_reason::kill);
      });
  return worker;
}

expected<std::shared_ptr<runtime::chaos::injector>>
make_chaos(const std::string& plan, runtime::chaos::place where) {
  if (plan.empty())
    return std::shared_ptr<runtime::chaos::injector>{};
  auto parsed = runtime::chaos::plan::parse(plan, where);
  if (!parsed)
    return parsed.error();
  return std::make_shared<runtime::chaos::injector>(
    std::move(*parsed), [](const std::string& what) {
      std::fputs(("cohort: chaos: " + what + '\n').c_str(), stderr);
    });
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
    keep_torn_end(this->state());
    auto opened = runtime::journal::open_sqlite_log(state_.journal());
    if (!opened)
      return opened.error();
    log = std::move(*opened);
  }
  auto kept = options_.memory_journal ? std::nullopt
                                      : retention_of(settings.journal);
  auto state = this->state();
  if (kept) // Before any task runs: objects may go as well.
    clean_and_tell(state, *kept, runtime::audit::cleaning::due);
  auto epoch = log->next_epoch();
  if (!epoch)
    return epoch.error();
  if (options_.chaos)
    log = options_.chaos->in_front_of(std::move(log));
  auto unfinished = log->unfinished();
  if (!unfinished)
    return unfinished.error();
  unfinished_ = std::move(*unfinished);

  services_.timer = sys.spawn(actors::timer, std::chrono::milliseconds{20});
  keep("timer", services_.timer);
  services_.journal = sys.spawn<caf::detached>(actors::journal, log);
  keep("journal", services_.journal);
  if (kept) {
    auto clean = [state, limits = *kept] {
      clean_and_tell(state, limits, runtime::audit::cleaning::beside_tasks);
    };
    keep("janitor",
         sys.spawn<caf::detached>(actors::janitor, services_.timer,
                                  actors::janitor_settings{retention_interval,
                                                           std::move(clean)}));
  }
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
  if (options_.metrics || options_.spans_max > 0) {
    telemetry_ = sys.spawn(actors::telemetry, services_.timer, services_.pool,
                           actors::telemetry_settings{options_.metrics,
                                                      options_.spans_max});
    actors::watch(telemetry_, services_.pool, services_.progress);
    keep("telemetry", telemetry_);
  }
  std::vector<actors::seat> seats;
  for (auto& judge : runtime::council::judges()) {
    auto handle = sys.spawn(actors::judge, judge.decide);
    // A judge that says nothing counts as absent; it takes nobody with it.
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
  if (settings.learning.enabled) {
    services_.historian = sys.spawn<caf::detached>(actors::historian,
                                                   state_.history());
    keep("historian", services_.historian);
    children.back().is_optional = true;
  }
  worker_site site{state_.store(), state_.slots(), settings,
                   *processes_,    caches_,        options_.chaos};
  for (unsigned i = 1; i <= options_.workers; ++i) {
    auto spawn = [&sys, pool = services_.pool, site, i](uint64_t incarnation) {
      return caf::actor_cast<caf::actor>(
        spawn_worker(sys, pool, site, i, incarnation));
    };
    keep("worker w" + std::to_string(i), spawn(1), spawn);
    children.back().rests = true;
  }

  actors::orchestrator_settings orchestration;
  orchestration.task.supervision = settings.supervision;
  orchestration.task.routing = settings.routing;
  orchestration.task.who = config::specialists_of(settings);
  orchestration.make_task_id = make_task_id;
  if (settings.routing.parallel_enabled) {
    runtime::coordination::coordinator_settings coordination{
      settings.supervision, settings.decomposition, settings.council.enabled,
      options_.workers};
    orchestration.counts_workers = options_.listen.has_value();
    orchestration
      = std::move(orchestration)
          .with_parallel_execution(
            [others = services_, coordination](caf::local_actor* self,
                                               unsigned workers) mutable {
              coordination.workers = workers;
              return self->spawn(actors::coordinator, others, coordination);
            });
  }
  orchestrator_ = sys.spawn(actors::orchestrator, services_,
                            std::move(orchestration));
  keep("orchestrator", orchestrator_);
  auto listening = options_.listen ? listen(*epoch, keep) : expected<void>{};
  root_ = sys.spawn(
    actors::root_supervisor, std::move(children),
    actors::root_settings{settings.supervision.worker_restarts,
                          settings.supervision.worker_restart_window});
  return listening; // Whatever came of it, the root ends the actors.
}

expected<void> head::listen(uint64_t epoch, const keeper& keep) {
  auto& sys = *system_;
  auto& where = *options_.listen;
  auto desk = sys.spawn(actors::client_desk, orchestrator_, services_.pool,
                        services_.journal, services_.progress, unfinished_);
  keep("client_desk", caf::actor_cast<caf::actor>(desk), {});
  actors::gateway_settings settings;
  settings.own = {COHORT_VERSION, random_bits(), epoch};
  settings.cluster = options_.settings.cluster;
  settings.credentials
    = where.how.insecure ? runtime::cluster::no_credentials()
                         : runtime::cluster::credentials_from(where.how.files);
  settings.random = random_bits;
  settings.make_courier = courier_for(state_.store(),
                                      options_.settings.snapshot);
  settings.watcher = telemetry_;
  auto gateway = sys.spawn(actors::gateway, services_.timer, services_.pool,
                           desk, std::move(settings));
  keep("gateway", caf::actor_cast<caf::actor>(gateway), {});
  auto door = sys.spawn(actors::link_door, gateway);
  auto port = publish(sys, door, where.where, where.how);
  if (!port)
    return port.error();
  port_ = *port;
  auto watch = sys.spawn<caf::detached>(door_keeper, services_.timer, gateway,
                                        door, endpoint{where.where.host, *port},
                                        where.how);
  keep("door_keeper", watch, {});
  return {};
}

const std::vector<pb::Event>& head::unfinished() const {
  return unfinished_;
}

std::filesystem::path head::state() const {
  return state_.journal().parent_path();
}

uint16_t head::port() const {
  return port_;
}

head::~head() {
  if (system_ && root_)
    caf::anon_send(root_, pb::Shutdown{});
  root_ = nullptr;
  orchestrator_ = nullptr;
  telemetry_ = nullptr;
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

const actors::telemetry_actor& head::telemetry() const {
  return telemetry_;
}

caf::actor head::find(const std::string& role) const {
  auto found = roles_.find(role);
  return found == roles_.end() ? nullptr : found->second;
}

} // namespace cohort::nodes
