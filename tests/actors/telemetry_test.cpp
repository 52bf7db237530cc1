#include "actors/telemetry.hpp"

#include <doctest/doctest.h>

#include "actors/progress_hub.hpp"
#include "actors/timer.hpp"
#include "actors/worker.hpp"
#include "actors/worker_pool.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_unit_runner.hpp"
#include "tests/support/prometheus_text.hpp"

namespace cohort::tests::telemetry_test {

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

/// Pool and hub as they are, one worker whose work is done by hand.
struct telemetry_fixture : tests::actor_fixture {
  actors::timer_actor timer = spawn(actors::timer, 10ms);
  actors::worker_pool_actor pool = spawn(actors::worker_pool, timer,
                                         actors::worker_pool_settings{});
  actors::progress_hub_actor hub = spawn(
    actors::progress_hub, timer, runtime::telemetry::progress_settings{});
  std::shared_ptr<runtime::telemetry::metrics_registry> metrics
    = std::make_shared<runtime::telemetry::metrics_registry>("1");
  actors::telemetry_actor telemetry;
  tests::double_of<UnitsFinished> client = spawn_double<UnitsFinished>();
  std::shared_ptr<tests::runner_script> script
    = std::make_shared<tests::runner_script>();

  telemetry_fixture() {
    actors::worker_settings what;
    what.name = "w1";
    what.specialties.emplace_back().set_kind(SPECIALTY_KIND_GENERALIST);
    spawn(actors::worker, pool, what,
          actors::hand_over(std::make_unique<tests::fake_unit_runner>(script)));
    run();
  }

  void start(size_t spans_max = 10) {
    telemetry = spawn(actors::telemetry, timer, pool,
                      actors::telemetry_settings{metrics, spans_max});
    actors::watch(telemetry, pool, hub);
    run();
  }

  void submit(uint64_t ticket) {
    SubmitUnits message;
    auto& unit = *message.add_units();
    unit.set_ticket(ticket);
    unit.set_task_id("t");
    unit.mutable_specialty()->set_kind(SPECIALTY_KIND_GENERALIST);
    unit.mutable_check()->set_unit("a.cc");
    send_as(client.actor, pool, message);
  }

  void finish() {
    script->finish([](AttemptResult& x) { x.mutable_unit_report(); });
    run();
  }

  void say(ProgressKind kind) {
    ProgressEvent event;
    event.set_task_id("t");
    event.set_kind(kind);
    event.set_terminal(kind == PROGRESS_KIND_RESULT);
    if (kind == PROGRESS_KIND_RESULT)
      event.mutable_result()->set_outcome(TASK_OUTCOME_DONE);
    send_as(client.actor, hub, event);
  }

  TraceReport trace() {
    TraceQuery query;
    query.set_task_id("t");
    return *ask<TraceReport>(telemetry, query);
  }

  bool has(const std::string& line) const {
    return ("\n" + tests::prometheus_text(*metrics)).find("\n" + line + "\n")
           != std::string::npos;
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/telemetry");

TEST_CASE_FIXTURE(telemetry_fixture, "an attempt is counted and traced") {
  start();
  submit(1);
  advance(300ms);
  CHECK(trace().spans_size() == 0);
  finish();
  REQUIRE(trace().spans_size() == 1);
  CHECK(trace().spans(0).subject() == "a.cc");
  CHECK(has("cohort_attempts_total{end=\"finished\",kind=\"check\"} 1"));
  CHECK(has("cohort_attempt_duration_seconds_count{kind=\"check\"} 1"));
}

TEST_CASE_FIXTURE(telemetry_fixture, "the pool is looked at every second") {
  start();
  submit(1);
  submit(2);
  CHECK(has("cohort_units_queued 0"));
  advance(1100ms);
  CHECK(has("cohort_units_queued 1"));
  CHECK(has("cohort_units_running 1"));
  CHECK(has("cohort_workers 1"));
  finish();
  CHECK(has("cohort_units_queued 1"));
  advance(1100ms);
  CHECK(has("cohort_units_queued 0"));
  CHECK(has("cohort_units_total{outcome=\"finished\"} 1"));
}

TEST_CASE_FIXTURE(telemetry_fixture, "a task runs until its result is there") {
  start();
  say(PROGRESS_KIND_PHASE);
  advance(1100ms);
  CHECK(has("cohort_tasks_running 1"));
  say(PROGRESS_KIND_RESULT);
  CHECK(has("cohort_tasks_running 0"));
  CHECK(has("cohort_tasks_total{outcome=\"done\"} 1"));
  CHECK(trace().outcome() == TASK_OUTCOME_DONE);
  CHECK(trace().has_ended());
}

TEST_CASE_FIXTURE(telemetry_fixture,
                  "what the gateway knows of nodes is shown") {
  start();
  NodeTable table;
  auto& node = *table.add_nodes();
  node.set_name("n1");
  node.set_state(NODE_STATE_JOINED);
  node.set_bytes_sent(12);
  send_as(client.actor, telemetry, table);
  CHECK(has("cohort_nodes{state=\"joined\"} 1"));
  CHECK(has("cohort_node_sent_bytes_total{node=\"n1\"} 12"));
}

TEST_CASE_FIXTURE(telemetry_fixture, "without room the oldest spans go") {
  start(1);
  submit(1);
  finish();
  submit(2);
  finish();
  auto report = trace();
  REQUIRE(report.spans_size() == 1);
  CHECK(report.spans(0).ticket() == 2);
  CHECK(report.dropped() == 1);
}

TEST_CASE_FIXTURE(telemetry_fixture,
                  "without a registry there are traces only") {
  metrics = nullptr;
  start();
  submit(1);
  say(PROGRESS_KIND_PHASE);
  advance(1100ms);
  finish();
  CHECK(trace().spans_size() == 1);
  CHECK(trace().has_started());
}

TEST_CASE_FIXTURE(telemetry_fixture,
                  "whoever has a result finds the span that led to it") {
  start();
  submit(1);
  advance(10ms);
  script->finish([](AttemptResult& x) { x.mutable_unit_report(); });
  while (client.got<UnitsFinished>().empty())
    REQUIRE(sched.try_run_once());
  CHECK(trace().spans_size() == 1);
}

TEST_SUITE_END();

} // namespace cohort::tests::telemetry_test
