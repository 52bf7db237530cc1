#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/interfaces.hpp"
#include "actors/task_supervisor.hpp"
#include "runtime/coordination/supervisor_machine.hpp"

namespace cohort::actors {

class orchestrator_settings {
public:
  runtime::coordination::supervisor_settings task;
  /// Workers come and go: each task is planned for those that are there when it
  /// comes.
  bool counts_workers = false;
  /// Makes the id of a task that comes without one.
  std::function<std::string()> make_task_id;

  /// Returns settings under which tasks may run in parallel; without this all
  /// tasks run sequentially.
  orchestrator_settings with_parallel_execution(coordinator_factory factory) &&;

  [[nodiscard]] bool has_parallel_support() const;
  [[nodiscard]] const coordinator_factory& make_coordinator() const;

private:
  coordinator_factory make_coordinator_;
};

/// Takes tasks in, new ones and those that an earlier process had accepted, and
/// gives each a supervisor.
///
/// Owns:  the table of running tasks; at most `admission_limit`, more new ones
///        are told busy, and when to ask again; so are all of them once the
///        process drains.
/// Sends: answers, TaskAccepted once the journal has it; the end of a task
/// whose
///        supervisor died, to the journal and then to the progress hub. A
///        task's other messages are its supervisor's. Drained to whoever sent
///        Drain, once nothing runs any more and all that came of it is decided.
/// Links: monitors task supervisors; one that dies ends its task with an
/// internal
///        error, and nothing else.
/// Fails: invalid_request (no description), workspace_unreadable, busy,
///        not_found, storage_failed, invalid_message (a journal that cannot be
///        gone on from).
struct orchestrator_state {
  static inline const char* name = "orchestrator";

  struct task {
    caf::actor_clock::time_point began;
    task_supervisor_actor supervisor; // None yet while workers are counted.
    /// Until it was answered.
    std::optional<caf::typed_response_promise<pb::TaskAccepted>> accepted;
    std::vector<pb::CancelTask> early_cancels;
    std::optional<pb::TaskResult> lost; // Its supervisor died.
    std::vector<caf::typed_response_promise<pb::TaskCancelled>> cancels;
  };

  std::map<std::string, task> tasks;              // By id.
  std::deque<std::chrono::duration<double>> took; // The last tasks that ended.
  bool is_draining = false;
  caf::strong_actor_ptr drainer;   // Waits for Drained.
  std::set<std::string> undrained; // Tasks whose supervisors were asked.
};

orchestrator_actor::behavior_type
orchestrator(orchestrator_actor::stateful_pointer<orchestrator_state> self,
             services others, orchestrator_settings settings);

} // namespace cohort::actors
