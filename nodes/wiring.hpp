#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/interfaces.hpp"
#include "actors/root_supervisor.hpp"
#include "config/settings.hpp"
#include "nodes/transport.hpp"
#include "runtime/chaos/injector.hpp"
#include "runtime/execution/slot_runner.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/telemetry/metrics_registry.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

namespace pb = messages::v1;

/// CAF set up for cohort: its message types, and a scheduler that neither spins
/// nor keeps many threads (one central queue: lowest latency on few cores).
class system_config : public caf::actor_system_config {
public:
  system_config();
  /// With CAF's network layer, when `how` is there.
  system_config(const std::optional<transport>& how,
                const runtime::cluster::cluster_settings& settings);
};

/// That a process listens for nodes and clients.
struct listen_options {
  endpoint where; // Port 0: any.
  transport how;
};

struct head_options {
  config::settings settings;
  unsigned workers = 0;        // Resolved; 0 only for one that listens.
  unsigned cpu_tokens = 0;     // Resolved: at least 1.
  bool memory_journal = false; // For benchmarks: nothing is written.
  std::optional<listen_options> listen;
  std::shared_ptr<runtime::telemetry::metrics_registry> metrics; // Null: none.
  size_t spans_max = 0;                            // Kept for traces; 0: none.
  std::shared_ptr<runtime::chaos::injector> chaos; // Null: none.
};

/// Everything that one host needs to run tasks: state folder, launcher, actors.
///
/// Threads: built and destroyed by main; the actors run on CAF's threads.
/// The destructor stops them all, then the launcher, which kills what it
/// started.
class head {
public:
  /// Errors: state_locked, storage_failed, internal.
  static runtime::expected<std::unique_ptr<head>> start(head_options options);

  head(const head&) = delete;
  head& operator=(const head&) = delete;
  ~head();

  [[nodiscard]] caf::actor_system& system();
  [[nodiscard]] const actors::services& services() const;
  [[nodiscard]] const actors::orchestrator_actor& orchestrator() const;
  [[nodiscard]] const actors::root_supervisor_actor& root() const;
  /// Null when the options ask for neither metrics nor spans.
  [[nodiscard]] const actors::telemetry_actor& telemetry() const;
  /// The actor of that role as it was started, for instance "worker w1" or
  /// "judge conflict"; null when there is none.
  [[nodiscard]] caf::actor find(const std::string& role) const;
  /// The first events of tasks that an earlier process did not end, as the
  /// journal's `unfinished` has them. Nothing goes on by itself.
  [[nodiscard]] const std::vector<pb::Event>& unfinished() const;
  [[nodiscard]] std::filesystem::path state() const;
  /// Where it listens; 0 when it does not.
  [[nodiscard]] uint16_t port() const;

private:
  head(head_options options, runtime::workspace::state_folder state,
       std::unique_ptr<runtime::process::runner> processes);

  using keeper = std::function<void(std::string name, caf::actor handle,
                                    std::function<caf::actor(uint64_t)> again)>;

  runtime::expected<void> spawn_all();
  runtime::expected<void> listen(uint64_t epoch, const keeper& keep);

  head_options options_;
  runtime::workspace::state_folder state_;
  std::unique_ptr<runtime::process::runner> processes_;
  runtime::execution::shared_caches caches_;
  system_config config_;
  std::optional<caf::actor_system> system_;
  actors::services services_;
  actors::telemetry_actor telemetry_;
  std::map<std::string, caf::actor> roles_;
  actors::orchestrator_actor orchestrator_;
  actors::root_supervisor_actor root_;
  std::vector<pb::Event> unfinished_;
  uint16_t port_ = 0;
};

/// A launcher with sandboxes, as the settings want them, in which `secrets` are
/// not seen; warns when there are none. Errors: internal, no_toolchain.
runtime::expected<std::unique_ptr<runtime::process::runner>>
start_programs(const runtime::process::process_settings& settings,
               const std::vector<std::filesystem::path>& secrets);

/// What the workers of a process work with. REQUIRES: settings and processes
/// outlive the workers.
struct worker_site {
  std::filesystem::path store;
  std::filesystem::path slots;
  const config::settings& settings;
  runtime::process::runner& processes;
  runtime::execution::shared_caches caches;
  std::shared_ptr<runtime::chaos::injector> chaos; // Null: none.
};

/// What carries out a plan that is not empty, and tells on standard error what
/// it does; null for an empty one. Errors: invalid_request.
runtime::expected<std::shared_ptr<runtime::chaos::injector>>
make_chaos(const std::string& plan, runtime::chaos::place where);

/// Worker number N of this process, with a slot of its own.
actors::worker_actor spawn_worker(caf::actor_system& system,
                                  const actors::dispatcher_actor& dispatcher,
                                  const worker_site& site, unsigned number,
                                  uint64_t incarnation);

/// 64 bits from the system's source.
uint64_t random_bits();

/// Spawns, detached, a courier that works on the store.
actors::courier_factory
courier_for(const std::filesystem::path& store,
            const runtime::workspace::snapshot_settings& snapshot);

/// How many workers and CPU tokens a run gets: `jobs` when it is not 0, one for
/// a sequential run, the configured number otherwise; tokens never exceed
/// cores.
void resolve_workers(head_options& options, unsigned jobs, bool sequential,
                     unsigned cores);

/// "20261124-083512-3f9a": sorts by time; no process makes one twice within
/// 65,536, and two make the same one hardly ever.
std::string make_task_id();

} // namespace cohort::nodes
