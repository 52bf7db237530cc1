#include "actors/worker_pool.hpp"

#include <doctest/doctest.h>

#include <google/protobuf/util/time_util.h>

#include "actors/timer.hpp"
#include "actors/worker.hpp"
#include "runtime/errc.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_unit_runner.hpp"

namespace cohort::tests::worker_pool_test {

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

struct pool_fixture : tests::actor_fixture {
  actors::timer_actor timer = spawn(actors::timer, 10ms);
  actors::worker_pool_settings settings = [] {
    actors::worker_pool_settings result;
    result.pool.max_attempts = 2;
    result.pool.worker_timeout = 1000ms;
    result.pool.cancel_timeout = 500ms;
    result.pool.retry_backoff = 10ms;
    result.pool.retry_backoff_max = 10ms;
    result.pool.speculation.least = 200ms;
    result.pool.speculation.budget = 1;
    return result;
  }();
  actors::worker_pool_actor pool = spawn(actors::worker_pool, timer, settings);
  using client_type = tests::double_of<UnitsFinished, UnitsCancelled>;
  client_type client = spawn_double<UnitsFinished, UnitsCancelled>();

  struct worker_entry {
    actors::worker_actor actor;
    std::shared_ptr<tests::runner_script> script;
  };

  worker_entry add_worker(const std::string& name) {
    actors::worker_settings what;
    what.name = name;
    what.specialties.emplace_back().set_kind(SPECIALTY_KIND_GENERALIST);
    auto script = std::make_shared<tests::runner_script>();
    auto actor = spawn(
      actors::worker, pool, what,
      actors::hand_over(std::make_unique<tests::fake_unit_runner>(script)));
    run();
    return {actor, script};
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

  std::vector<AttemptResult> results() const {
    std::vector<AttemptResult> all;
    for (auto& batch : client.got<UnitsFinished>())
      all.insert(all.end(), batch.results().begin(), batch.results().end());
    return all;
  }

  PoolReport report() {
    return *ask<PoolReport>(pool, PoolQuery{});
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/worker_pool");

TEST_CASE_FIXTURE(pool_fixture, "a unit goes to a worker and its result back") {
  auto worker = add_worker("w1");
  submit(7);
  REQUIRE(worker.script->started.size() == 1);
  CHECK(worker.script->started[0].attempt() == 1);
  worker.script->finish([](AttemptResult& x) { x.mutable_unit_report(); });
  run();
  REQUIRE(results().size() == 1);
  CHECK(results()[0].ticket() == 7);
  CHECK(results()[0].worker() == "w1");
  CHECK(results()[0].has_unit_report());
}

TEST_CASE_FIXTURE(pool_fixture, "a task that has ended asks what was done for "
                                "it, which is forgotten then") {
  auto worker = add_worker("w1");
  submit(7);
  worker.script->finish([](AttemptResult& x) {
    x.mutable_unit_report();
    x.mutable_metrics()->set_checks(3);
  });
  run();
  PoolQuery query;
  query.set_task_id(results()[0].task_id());
  auto done = *ask<PoolReport>(pool, query);
  REQUIRE(done.workers_size() == 1);
  CHECK(done.workers(0).worker() == "w1");
  CHECK(done.workers(0).finished() == 1);
  CHECK(done.workers(0).metrics().checks() == 3);
  CHECK(ask<PoolReport>(pool, query)->workers().empty());
  CHECK(report().workers(0).finished() == 1); // The head's own count goes on.
}

TEST_CASE_FIXTURE(pool_fixture, "a worker that gets further keeps its unit") {
  auto worker = add_worker("w1");
  submit(1);
  REQUIRE(worker.script->alive);
  advance(900ms);
  worker.script->alive();
  run();
  advance(900ms);
  CHECK(report().retried() == 0);
  CHECK(worker.script->cancels == 0);
  advance(200ms);
  CHECK(worker.script->cancels == 1);
}

TEST_CASE_FIXTURE(pool_fixture, "whoever observes hears of attempts first") {
  auto observer = spawn_double<AttemptSpans>();
  auto worker = add_worker("w1");
  submit(1);
  worker.script->finish([](AttemptResult& x) { x.mutable_unit_report(); });
  run();
  CHECK(observer.got<AttemptSpans>().empty());
  send_as(observer.actor, pool, ObserveAttempts{});
  submit(2);
  advance(300ms);
  worker.script->finish([](AttemptResult& x) { x.mutable_unit_report(); });
  run();
  REQUIRE(observer.got<AttemptSpans>().size() == 1);
  REQUIRE(observer.last<AttemptSpans>().spans_size() == 1);
  auto& span = observer.last<AttemptSpans>().spans(0);
  CHECK(span.ticket() == 2);
  CHECK(span.kind() == "check");
  CHECK(span.subject() == "a.cc");
  using google::protobuf::util::TimeUtil;
  CHECK(TimeUtil::DurationToMilliseconds(span.ended() - span.started()) == 300);
}

TEST_CASE_FIXTURE(pool_fixture,
                  "an idle worker tries what is late, and the loser stops") {
  auto first = add_worker("w1");
  for (uint64_t ticket = 1; ticket <= 5; ++ticket) {
    submit(ticket);
    advance(50ms);
    first.script->finish();
    run();
  }
  submit(6);
  auto second = add_worker("w2");
  advance(500ms);
  REQUIRE(second.script->started.size() == 1);
  CHECK(second.script->started[0].attempt() == 2);
  second.script->finish();
  run();
  REQUIRE(results().size() == 6);
  CHECK(results()[5].worker() == "w2");
  CHECK(first.script->cancels == 1);
  first.script->finish();
  run();
  CHECK(results().size() == 6);
  CHECK(report().workers(0).running() == 0);
  CHECK(report().speculated() == 1);
}

TEST_CASE_FIXTURE(pool_fixture, "a unit waits until a worker joins") {
  submit(1);
  CHECK(report().queued() == 1);
  auto worker = add_worker("w1");
  CHECK(worker.script->started.size() == 1);
}

TEST_CASE_FIXTURE(pool_fixture,
                  "a hung attempt loses its lease and runs elsewhere") {
  auto first = add_worker("w1");
  submit(1);
  REQUIRE(first.script->started.size() == 1);
  auto second = add_worker("w2");
  advance(1200ms);
  CHECK(first.script->cancels == 1);
  REQUIRE(second.script->started.size() == 1);
  CHECK(second.script->started[0].attempt() == 2);

  SUBCASE("its late answer is fenced") {
    first.script->finish();
    run();
    CHECK(results().empty());
    second.script->finish();
    run();
    REQUIRE(results().size() == 1);
    CHECK(results()[0].worker() == "w2");
  }
  SUBCASE("it stays in quarantine until it acknowledges") {
    CHECK(report().workers(0).quarantined());
    first.script->finish(); // The process tree is dead: the cancel is through.
    run();
    CHECK(!report().workers(0).quarantined());
  }
}

TEST_CASE_FIXTURE(pool_fixture,
                  "a unit that always hangs fails after max_attempts") {
  auto first = add_worker("w1");
  auto second = add_worker("w2");
  submit(1);
  advance(3000ms);
  REQUIRE(results().size() == 1);
  CHECK(results()[0].error().code()
        == static_cast<uint32_t>(runtime::errc::timed_out));
  CHECK(results()[0].attempt() == 2);
}

TEST_CASE_FIXTURE(pool_fixture,
                  "a worker that throws dies, and its unit runs elsewhere") {
  auto first = add_worker("w1");
  first.script->throws = true;
  submit(1);
  auto second = add_worker("w2");
  advance(100ms);
  REQUIRE(second.script->started.size() == 1);
  CHECK(second.script->started[0].attempt() == 2);
  CHECK(report().workers_size() == 1);
}

TEST_CASE_FIXTURE(pool_fixture,
                  "a recoverable error is tried again, another is not") {
  auto worker = add_worker("w1");
  auto fail = [&](bool recoverable) {
    worker.script->finish([&](AttemptResult& x) {
      x.mutable_error()->set_code(
        static_cast<uint32_t>(runtime::errc::tool_failed));
      x.mutable_error()->set_message("garbage");
      x.mutable_error()->set_recoverable(recoverable);
    });
    advance(100ms);
  };
  submit(1);
  fail(true);
  CHECK(worker.script->started.size() == 2);
  CHECK(results().empty());
  fail(true);
  REQUIRE(results().size() == 1);
  submit(2);
  fail(false);
  CHECK(results().size() == 2);
  CHECK(worker.script->started.size() == 3);
}

TEST_CASE_FIXTURE(pool_fixture, "a lease ends however busy the pool is") {
  auto stuck = add_worker("w1");
  submit(1);
  auto busy = add_worker("w2");
  busy.script->at_once = true;
  for (uint64_t ticket = 2; ticket < 600; ++ticket) {
    submit(ticket);
    advance(2ms, 2ms);
  }
  CHECK(stuck.script->cancels == 1);
}

TEST_CASE_FIXTURE(pool_fixture,
                  "a cancel is answered only when the worker has stopped") {
  auto worker = add_worker("w1");
  submit(1);
  submit(2);
  CancelUnits cancel;
  cancel.set_task_id("t");
  send_as(client.actor, pool, cancel);
  CHECK(worker.script->cancels == 1);
  CHECK(client.got<UnitsCancelled>().empty());
  worker.script->finish();
  run();
  CHECK(client.got<UnitsCancelled>().size() == 1);
  CHECK(results().empty());
  CHECK(worker.script->started.size() == 1); // The second one never began.
}

TEST_CASE_FIXTURE(pool_fixture,
                  "a cancel with nothing under way is answered at once") {
  CancelUnits cancel;
  cancel.set_task_id("t");
  send_as(client.actor, pool, cancel);
  CHECK(client.got<UnitsCancelled>().size() == 1);
}

TEST_CASE_FIXTURE(pool_fixture,
                  "units that take no time come back in one batch") {
  auto worker = add_worker("w1");
  worker.script->at_once = true;
  for (uint64_t i = 1; i <= 5; ++i)
    submit(i);
  CHECK(results().size() == 5);
}

TEST_CASE_FIXTURE(pool_fixture,
                  "a requester that dies takes its units with it") {
  auto worker = add_worker("w1");
  submit(1);
  submit(2);
  caf::anon_send_exit(client.actor, caf::exit_reason::kill);
  run();
  CHECK(worker.script->cancels == 1);
  CHECK(report().queued() == 0);
}

TEST_CASE_FIXTURE(pool_fixture,
                  "whoever drains the pool hears when the last attempt ended") {
  auto asker = spawn_double<Drained>();
  auto worker = add_worker("w1");
  submit(1);
  submit(2);
  send_as(asker.actor, pool, Drain{});
  CHECK(asker.got<Drained>().empty());
  worker.script->finish();
  run();
  CHECK(asker.got<Drained>().size() == 1);
  CHECK(results().size() == 1);
  CHECK(worker.script->started.size() == 1);
  advance(100ms);
  CHECK(asker.got<Drained>().size() == 1);
}

TEST_CASE_FIXTURE(pool_fixture, "whoever's unit opens a breaker hears of it") {
  auto worker = add_worker("w1");
  for (uint64_t ticket = 1; ticket <= 3; ++ticket) {
    submit(ticket);
    worker.script->finish([](AttemptResult& x) {
      x.mutable_error()->set_code(
        static_cast<uint32_t>(runtime::errc::tool_failed));
      x.mutable_error()->set_message("garbage");
    });
    run();
  }
  std::vector<BreakerChange> changes;
  for (auto& batch : client.got<UnitsFinished>())
    changes.insert(changes.end(), batch.breakers().begin(),
                   batch.breakers().end());
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].task_id() == "t");
  CHECK(changes[0].what() == "worker w1");
  CHECK(changes[0].is_open());
  CHECK(changes[0].why() == "garbage");
}

TEST_CASE_FIXTURE(pool_fixture,
                  "get_specialized_worker falls back to a generalist") {
  SpecializedWorkerQuery query;
  query.mutable_specialty()->set_kind(SPECIALTY_KIND_TESTING);
  CHECK(ask<SpecializedWorkerReport>(pool, query)->worker().empty());
  add_worker("w1");
  auto report = ask<SpecializedWorkerReport>(pool, query);
  CHECK(report->worker() == "w1");
  CHECK(!report->exact());
}

TEST_SUITE_END();

} // namespace cohort::tests::worker_pool_test
