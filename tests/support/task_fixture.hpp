#pragma once

#include <memory>
#include <string>

#include "actors/coordinator.hpp"
#include "actors/orchestrator.hpp"
#include "runtime/journal/event_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_neighbours.hpp"

namespace cohort::tests {

/// All roles of a head on one thread and virtual time, over a fake world.
struct task_fixture : actor_fixture {
  std::shared_ptr<fake_world> world = std::make_shared<fake_world>();
  std::shared_ptr<runtime::journal::event_log> log
    = runtime::journal::make_memory_log();
  actors::services others;
  actors::orchestrator_settings settings;
  runtime::coordination::coordinator_settings coordination;
  double_of<messages::v1::ProgressBatch> watcher
    = spawn_double<messages::v1::ProgressBatch>();
  actors::orchestrator_actor orchestrator;
  std::vector<actors::coordinator_actor> coordinators; // Started, in order.
  caf::actor_addr last_supervisor; // That started the last of them.
  size_t judge_count = 5;          // Fewer: the rest never answer.
  bool crash_coordinators = false;

  task_fixture();
  ~task_fixture();

  /// Spawns everything, but for a journal that is there; change settings
  /// before.
  void start();

  messages::v1::TaskRequest request(messages::v1::ExecutionMode mode
                                    = messages::v1::EXECUTION_MODE_PARALLEL) {
    messages::v1::TaskRequest result;
    result.set_description("fix the 3 compile errors");
    result.set_workspace_root("/workspace");
    result.set_mode(mode);
    return result;
  }

  void submit(const messages::v1::TaskRequest& what);

  /// The task's result, when there is one.
  [[nodiscard]] const messages::v1::TaskResult* result() const;

  [[nodiscard]] size_t
  count_units(messages::v1::WorkUnit::WorkCase kind) const {
    return static_cast<size_t>(
      std::count_if(world->submitted.begin(), world->submitted.end(),
                    [&](auto& unit) { return unit.work_case() == kind; }));
  }
};

} // namespace cohort::tests
