#include "tests/support/task_fixture.hpp"

#include <doctest/doctest.h>

#include "actors/council_chair.hpp"
#include "actors/gatekeeper.hpp"
#include "actors/journal.hpp"
#include "actors/judge.hpp"
#include "actors/progress_hub.hpp"
#include "actors/timer.hpp"
#include "runtime/council/judges.hpp"

namespace cohort::tests {

task_fixture::task_fixture() {
  world->units = {"a.cc", "b.cc", "c.cc", "d.cc", "e.cc", "f.cc"};
  world->broken = {"a.cc", "b.cc", "c.cc"};
  coordination.workers = 4;
  settings.task.routing.workers = 4;
  settings.task.routing.cores = 4;
  settings.make_task_id = [] { return std::string{"t1"}; };
}

void task_fixture::start() {
  using namespace std::chrono_literals;
  others.timer = spawn(actors::timer, 10ms);
  if (!others.journal)
    others.journal = spawn(actors::journal, log);
  others.store = spawn(fake_store, world);
  others.pool = spawn(fake_pool, world);
  others.progress = spawn(actors::progress_hub, others.timer,
                          runtime::telemetry::progress_settings{});
  std::vector<actors::seat> seats;
  for (auto& judge : runtime::council::judges()) {
    if (seats.size() < judge_count)
      seats.push_back(
        {std::string{judge.name}, spawn(actors::judge, judge.decide)});
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
    [this](caf::local_actor* parent, unsigned) {
      auto handle = parent->spawn(actors::coordinator, others, coordination);
      coordinators.push_back(handle);
      last_supervisor = parent->address();
      if (crash_coordinators)
        caf::anon_send_exit(handle, caf::exit_reason::kill);
      return handle;
    });
  orchestrator = spawn(actors::orchestrator, others, settings);
  send_as(watcher.actor, others.progress, messages::v1::Subscribe{});
}

void task_fixture::submit(const messages::v1::TaskRequest& what) {
  auto accepted = ask<messages::v1::TaskAccepted>(orchestrator, what);
  REQUIRE(accepted);
  advance(std::chrono::milliseconds{50});
}

const messages::v1::TaskResult* task_fixture::result() const {
  for (auto& batch : watcher.got<messages::v1::ProgressBatch>())
    for (auto& event : batch.events())
      if (event.kind() == messages::v1::PROGRESS_KIND_RESULT)
        return &event.result();
  return nullptr;
}

task_fixture::~task_fixture() {
  coordinators.clear();
  orchestrator = nullptr;
  others = {};
  settings = {};
}

} // namespace cohort::tests
