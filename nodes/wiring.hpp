#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/interfaces.hpp"
#include "config/settings.hpp"
#include "runtime/execution/slot_runner.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

/// CAF set up for cohort: its message types, and a scheduler that neither spins
/// nor keeps many threads (one central queue: lowest latency on few cores).
class system_config : public caf::actor_system_config {
public:
  system_config();
};

struct head_options {
  config::settings settings;
  unsigned workers = 0;    // Resolved: at least 1.
  unsigned cpu_tokens = 0; // Resolved: at least 1.
  bool no_branch = false;
  bool apply = false;
  bool deliver = true;
  bool memory_journal = false; // For benchmarks: nothing is written.
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
  /// The actor of that role as it was started, for instance "worker w1" or
  /// "judge conflict"; null when there is none.
  [[nodiscard]] caf::actor find(const std::string& role) const;

private:
  head(head_options options, runtime::workspace::state_folder state,
       std::unique_ptr<runtime::process::runner> processes);

  runtime::expected<void> spawn_all();
  actors::worker_actor spawn_worker(unsigned number, uint64_t incarnation);

  head_options options_;
  runtime::workspace::state_folder state_;
  std::unique_ptr<runtime::process::runner> processes_;
  runtime::execution::shared_caches caches_;
  system_config config_;
  std::optional<caf::actor_system> system_;
  actors::services services_;
  std::map<std::string, caf::actor> roles_;
  actors::orchestrator_actor orchestrator_;
  actors::root_supervisor_actor root_;
};

/// How many workers and CPU tokens a run gets: `jobs` when it is not 0, one for
/// a sequential run, the configured number otherwise; tokens never exceed
/// cores.
void resolve_workers(head_options& options, unsigned jobs, bool sequential,
                     unsigned cores);

/// "20261124-083512-3f9a": sorts by time, unique enough for branches.
std::string make_task_id();

} // namespace cohort::nodes
