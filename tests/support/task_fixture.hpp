#pragma once

#include <memory>
#include <string>

#include "actors/coordinator.hpp"
#include "actors/council_chair.hpp"
#include "actors/gatekeeper.hpp"
#include "actors/journal.hpp"
#include "actors/judge.hpp"
#include "actors/orchestrator.hpp"
#include "actors/progress_hub.hpp"
#include "actors/timer.hpp"
#include "runtime/council/judges.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_world.hpp"

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
  size_t judge_count = 4;                              // Fewer: the rest never answer.
  bool crash_coordinators = false;

  task_fixture() {
    world->units = {"a.cc", "b.cc", "c.cc", "d.cc", "e.cc", "f.cc"};
    world->broken = {"a.cc", "b.cc", "c.cc"};
    coordination.workers = 4;
    settings.task.routing.workers = 4;
    settings.task.routing.cores = 4;
    settings.make_task_id = [] { return std::string{"t1"}; };
  }

  /// Spawns everything; change settings before.
  void start() {
    using namespace std::chrono_literals;
    others.timer = spawn(actors::timer, 10ms);
    others.journal = spawn(actors::journal, log);
    others.store = spawn(fake_store, world);
    others.pool = spawn(fake_pool, world);
    others.progress = spawn(actors::progress_hub, others.timer,
                            runtime::telemetry::progress_settings{});
    std::vector<actors::seat> seats;
    for (auto& judge : runtime::council::judges()) {
      if (seats.size() < judge_count)
        seats.push_back({std::string{judge.name}, spawn(actors::judge, judge.decide)});
      else
        seats.push_back({std::string{judge.name},
                         spawn_double<messages::v1::JudgeRequest>().actor});
    }
    actors::council_chair_settings council;
    council.council.review_timeout = 100ms;
    council.limits = coordination.decomposition;
    others.council = spawn(actors::council_chair, others.timer, seats, council);
    others.gatekeeper = spawn(actors::gatekeeper, others.pool,
                              runtime::quality::gate_settings{});
    settings = std::move(settings).with_parallel_execution(
      [this](caf::local_actor* parent) {
        auto handle = parent->spawn(actors::coordinator, others, coordination);
        coordinators.push_back(handle);
        if (crash_coordinators)
          caf::anon_send_exit(handle, caf::exit_reason::kill);
        return handle;
      });
    orchestrator = spawn(actors::orchestrator, others, settings);
    send_as(watcher.actor, others.progress, messages::v1::Subscribe{});
  }

  messages::v1::TaskRequest request(messages::v1::ExecutionMode mode
                                    = messages::v1::EXECUTION_MODE_PARALLEL) {
    messages::v1::TaskRequest result;
    result.set_description("fix the 3 compile errors");
    result.set_workspace_root("/workspace");
    result.set_mode(mode);
    return result;
  }

  void submit(const messages::v1::TaskRequest& what) {
    auto accepted = ask<messages::v1::TaskAccepted>(orchestrator, what);
    REQUIRE(accepted);
    advance(std::chrono::milliseconds{50});
  }

  /// The task's result, when there is one.
  [[nodiscard]] const messages::v1::TaskResult* result() const {
    for (auto& batch : watcher.got<messages::v1::ProgressBatch>())
      for (auto& event : batch.events())
        if (event.kind() == messages::v1::PROGRESS_KIND_RESULT)
          return &event.result();
    return nullptr;
  }

  [[nodiscard]] size_t count_units(messages::v1::WorkUnit::WorkCase kind) const {
    return static_cast<size_t>(
      std::count_if(world->submitted.begin(), world->submitted.end(),
                    [&](auto& unit) { return unit.work_case() == kind; }));
  }

  ~task_fixture() {
    coordinators.clear();
    orchestrator = nullptr;
    others = {};
    settings = {};
  }
};

} // namespace cohort::tests
