#include <doctest/doctest.h>

#include <map>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_speculation_test {

using namespace cohort::tests;

namespace {

constexpr auto late = 300ms; // Ten of the others took 100 ms, in a bucket.

pool_settings eager() {
  pool_settings settings;
  settings.worker_timeout = 10s;
  settings.cancel_timeout = 1s;
  settings.retry_backoff = 0ms;
  settings.max_attempts = 2;
  settings.quarantine_failures = 100;
  settings.speculation.least = 50ms;
  settings.speculation.budget = 1;
  return settings;
}

/// A pool that has seen what units take: 100 ms.
struct experienced : driver {
  explicit experienced(pool_settings settings = eager()) : driver{settings} {
    units.observe_attempts();
    join(1, {compiling}, 1, false, "n1");
    std::vector<pb::WorkUnit> others;
    for (uint64_t ticket = 101; ticket <= 110; ++ticket)
      others.push_back(unit_of(ticket));
    submit(std::move(others));
    for (uint64_t ticket = 101; ticket <= 110; ++ticket) {
      wait(100ms);
      finish(ticket);
    }
    happened();
    units.take_ended();
  }

  /// Unit 1 runs on worker 1 for so long that worker 2 tries it as well.
  void run_twice() {
    submit({unit_of(1)});
    first = last(1);
    join(2, {compiling}, 1, false, "n2");
    wait(late);
    CHECK(happened() == "1>w2#2");
    second = last(1);
  }

  void answer(const effect& attempt, pb::AttemptResult result = {}) {
    units.finish(attempt.worker, attempt.sequence, attempt.attempt,
                 std::move(result), now);
  }

  void acknowledge_of(const effect& attempt) {
    units.cancel_acknowledged(attempt.worker, attempt.sequence, attempt.attempt,
                              now);
  }

  [[nodiscard]] uint64_t fenced() const {
    return units.report().fenced();
  }

  /// "w1 outrun" for each attempt that ended since the last call.
  std::string ends() {
    std::string all;
    for (auto& one : units.take_ended())
      all += (all.empty() ? "" : ", ") + one.span.worker() + " "
             + pb::AttemptEnd_Name(one.span.end()).substr(12)
             + (one.span.speculative() ? " (second)" : "");
    return all;
  }

  effect first;
  effect second;
};

} // namespace

TEST_CASE("a late attempt gets company once a worker is idle") {
  experienced d;
  d.submit({unit_of(1)});
  d.wait(1s);
  CHECK(d.happened() == "1>w1");
  d.join(2, {compiling}, 1, false, "n2");
  d.wait(50ms);
  CHECK(d.happened() == "1>w2#2");
  auto report = d.units.report();
  CHECK(report.speculated() == 1);
  CHECK(report.retried() == 0);
  CHECK(report.queued() == 0);
}

TEST_CASE("an attempt that is not late yet is looked at when it will be") {
  experienced d;
  d.join(2, {compiling});
  d.submit({unit_of(1)});
  d.happened();
  d.wait(150ms);
  CHECK(d.happened() == "");
  CHECK(d.units.next_deadline() <= d.now + 100ms);
  d.wait(100ms);
  CHECK(d.happened() == "1>w2#2");
}

TEST_CASE("what is ready goes before second attempts") {
  experienced d;
  d.submit({unit_of(1), unit_of(2)});
  d.wait(late);
  CHECK(d.happened() == "1>w1");
  d.join(2, {compiling});
  d.wait(50ms);
  CHECK(d.happened() == "2>w2");
  d.finish(2);
  d.wait(50ms);
  CHECK(d.happened() == "2 done, 1>w2#2");
}

TEST_CASE("the second attempt goes to another node, if anybody is idle there") {
  experienced d;
  d.join(2, {compiling}, 1, false, "n1");
  d.join(3, {generalist}, 1, false, "n3");
  d.submit({unit_of(1)});
  d.wait(late);
  CHECK(d.happened() == "1>w1, 1>w3#2");
}

TEST_CASE("the second attempt goes to a neighbour when nobody else is idle") {
  experienced d;
  d.join(2, {compiling}, 1, false, "n1");
  d.join(3, {testing}, 1, false, "n3");
  d.submit({unit_of(1)});
  d.wait(late);
  CHECK(d.happened() == "1>w1, 1>w2#2");
}

TEST_CASE("the first answer wins, and the other attempt is stopped") {
  experienced d;
  d.run_twice();
  SUBCASE("the second one's") {
    d.answer(d.second);
    CHECK(d.happened() == "stop 1@w1, 1 done");
    CHECK(d.result(1).worker() == "w2");
    CHECK(d.result(1).attempt() == 2);
    CHECK(d.ends() == "w2 FINISHED (second), w1 OUTRUN");
    CHECK(d.units.report().wasted_seconds() == doctest::Approx(0.3));
    d.submit({unit_of(2), unit_of(3)});
    CHECK(d.happened() == "2>w2"); // Worker 1 is not free before it says so.
    SUBCASE("the loser stops") {
      d.acknowledge_of(d.first);
    }
    SUBCASE("the loser's answer was on its way") {
      d.answer(d.first);
      CHECK(d.fenced() == 1);
    }
    CHECK(d.happened() == "3>w1");
  }
  SUBCASE("the first one's") {
    d.wait(50ms);
    d.answer(d.first);
    CHECK(d.happened() == "stop 1@w2, 1 done");
    CHECK(d.result(1).worker() == "w1");
    CHECK(d.result(1).attempt() == 1);
    CHECK(d.ends() == "w1 FINISHED, w2 OUTRUN (second)");
    auto report = d.units.report();
    CHECK(report.wasted_seconds() == doctest::Approx(0.05));
    CHECK(report.speculated_seconds() == doctest::Approx(0.05));
    d.acknowledge_of(d.second);
    d.submit({unit_of(2), unit_of(3)});
    CHECK(d.happened() == "2>w1, 3>w2");
  }
  CHECK_FALSE(d.status(1).quarantined());
  CHECK_FALSE(d.status(2).quarantined());
}

TEST_CASE("what depends on the unit goes on after the first answer") {
  experienced d;
  d.join(2, {compiling});
  d.submit({unit_of(1), unit_of(2, 0, compiling, {1})});
  d.wait(late);
  CHECK(d.happened() == "1>w1, 1>w2#2");
  d.finish(1);
  CHECK(d.happened() == "stop 1@w1, 1 done, 2>w2");
}

TEST_CASE("one that fails while the other runs is no failure of the unit") {
  experienced d;
  d.run_twice();
  d.wait(20ms);
  SUBCASE("the first fails") {
    d.answer(d.first, error_of(errc::crashed, true));
    CHECK(d.happened() == "");
    d.answer(d.second);
    CHECK(d.happened() == "1 done");
    CHECK(d.result(1).attempt() == 2);
  }
  SUBCASE("the second fails, with an error that nothing helps against") {
    d.answer(d.second, error_of(errc::no_executor, false));
    CHECK(d.happened() == "");
    d.answer(d.first);
    CHECK(d.happened() == "1 done");
    CHECK(d.result(1).attempt() == 1);
  }
  SUBCASE("both fail: that is one try") {
    d.answer(d.second, error_of(errc::crashed, true));
    d.answer(d.first, error_of(errc::crashed, true));
    CHECK(d.happened() == "");
    d.wait(1ms);
    CHECK(d.happened() == "1>w2#3");
    d.finish(1, error_of(errc::crashed, true));
    CHECK(d.happened() == "1 crashed");
    CHECK(d.result(1).error().message()
          == "it broke (given up after 2 attempts)");
  }
  CHECK(d.units.report().wasted_seconds() > 0);
}

TEST_CASE("a unit has one second attempt in its life") {
  experienced d;
  d.run_twice();
  d.join(3, {compiling}, 1, false, "n3");
  d.wait(1s);
  CHECK(d.happened() == "");
  d.answer(d.second, error_of(errc::crashed, true));
  d.wait(1s);
  CHECK(d.happened() == "");
}

TEST_CASE("workers that die leave the unit to the other attempt") {
  experienced d;
  d.run_twice();
  SUBCASE("the first's") {
    d.units.remove_worker(1, d.now);
    CHECK(d.happened() == "");
    d.answer(d.second);
    CHECK(d.happened() == "1 done");
  }
  SUBCASE("the second's") {
    d.units.remove_worker(2, d.now);
    CHECK(d.happened() == "");
    d.answer(d.first);
    CHECK(d.happened() == "1 done");
  }
  SUBCASE("both: it is tried again") {
    d.units.remove_worker(1, d.now);
    d.units.remove_worker(2, d.now);
    CHECK(d.happened() == "");
    d.join(3, {compiling});
    d.wait(1ms);
    CHECK(d.happened() == "1>w3#3");
    d.answer(d.first);
    d.answer(d.second);
    CHECK(d.happened() == "");
    CHECK(d.fenced() == 2);
  }
}

TEST_CASE("a lease that ends leaves the unit to the other attempt") {
  auto settings = eager();
  settings.worker_timeout = 400ms;
  experienced d{settings};
  d.run_twice();
  d.wait(100ms);
  CHECK(d.happened() == "stop 1@w1");
  CHECK(d.status(1).quarantined());
  CHECK(d.ends() == "w1 LOST");
  SUBCASE("which brings its result") {
    d.answer(d.second);
    CHECK(d.happened() == "1 done");
    d.acknowledge_of(d.first);
    CHECK_FALSE(d.status(1).quarantined());
  }
  SUBCASE("which is lost as well") {
    d.acknowledge_of(d.first);
    d.wait(300ms);
    CHECK(d.happened() == "stop 1@w2");
    d.wait(1ms);
    CHECK(d.happened() == "1>w1#3");
  }
}

TEST_CASE("a cancel stops both attempts, and waits for both") {
  experienced d;
  d.run_twice();
  d.units.cancel(1, "task", d.now);
  CHECK(d.happened() == "stop 1@w1, stop 1@w2");
  CHECK(d.ends() == "w1 CANCELLED, w2 CANCELLED (second)");
  d.acknowledge_of(d.second);
  CHECK(d.happened() == "");
  d.acknowledge_of(d.first);
  CHECK(d.happened() == "task cancelled");
  d.submit({unit_of(2), unit_of(3)});
  CHECK(d.happened() == "2>w1, 3>w2");
}

TEST_CASE(
  "a loser that does not stop is waited for by a cancel, and given up") {
  experienced d;
  d.submit({unit_of(9)});
  d.finish(9);
  d.run_twice();
  d.answer(d.second);
  d.submit({unit_of(2)});
  d.happened();
  d.units.cancel(1, "task", d.now);
  CHECK(d.happened() == "stop 2@w2");
  d.acknowledge(2);
  CHECK(d.happened() == "");
  d.wait(1s);
  CHECK(d.happened() == "task cancelled");
  CHECK(d.status(1).quarantined());
}

TEST_CASE("an attempt that waits behind a late one gets company, too") {
  auto settings = eager();
  experienced d{settings};
  d.units.remove_worker(1, d.now);
  d.join(2, {compiling}, 2);
  d.submit({unit_of(1), unit_of(2)});
  CHECK(d.happened() == "1>w2, 2>w2");
  auto waiting = d.last(2);
  d.join(3, {compiling});
  d.join(4, {compiling});
  d.wait(late);
  CHECK(d.happened() == "1>w3#2, 2>w4#2");
  d.finish(2);
  CHECK(d.happened() == "stop 2@w2, 2 done");
  CHECK(d.units.report().wasted_seconds() == 0);
  d.acknowledge_of(waiting);
  CHECK(d.status(2).running() == 1);
}

TEST_CASE("what waited on a worker that dies goes on where it is, too") {
  experienced d;
  d.units.remove_worker(1, d.now);
  d.join(2, {compiling}, 2);
  d.submit({unit_of(1), unit_of(2)});
  d.join(3, {compiling});
  d.join(4, {compiling});
  d.wait(late);
  d.happened();
  d.units.remove_worker(2, d.now);
  CHECK(d.happened() == "");
  CHECK(d.units.report().queued() == 0);
  d.finish(1);
  d.finish(2);
  CHECK(d.happened() == "1 done, 2 done");
}

TEST_CASE("what must not run twice does not") {
  experienced d;
  d.join(2, {compiling});
  auto tests = unit_of(1);
  tests.mutable_tests();
  std::vector<pb::WorkUnit> batch;
  for (uint64_t ticket = 11; ticket <= 20; ++ticket) {
    batch.push_back(tests);
    batch.back().set_ticket(ticket);
  }
  d.submit(batch);
  for (uint64_t ticket = 11; ticket <= 20; ++ticket)
    d.finish(ticket);
  d.submit({tests});
  d.happened();
  d.wait(9s);
  CHECK(d.happened() == "");
}

TEST_CASE("CPU-bound second attempts need a core") {
  auto settings = eager();
  settings.max_cpu_bound = 1;
  experienced d{settings};
  d.join(2, {compiling});
  auto unit = unit_of(1);
  unit.set_cpu_bound(true);
  d.submit({unit});
  d.wait(late);
  CHECK(d.happened() == "1>w1");
  d.join(3, {compiling}, 1, true);
  d.wait(50ms);
  CHECK(d.happened() == "1>w2#2");
}

TEST_CASE("without a budget, or switched off, there are no second attempts") {
  auto settings = eager();
  SUBCASE("without a budget") {
    settings.speculation.budget = 0;
  }
  SUBCASE("switched off") {
    settings.speculation.enabled = false;
  }
  experienced d{settings};
  d.join(2, {compiling});
  d.submit({unit_of(1)});
  d.wait(9s);
  CHECK(d.happened() == "1>w1");
}

TEST_CASE("one node of three is ten times slower, and costs little") {
  constexpr uint64_t unit_count
    = 172; // When they are out, the slow ones begin.
  constexpr auto unit_time = 100ms;
  constexpr auto slow_time = 1000ms;
  auto settings = eager();
  settings.speculation = {};
  settings.speculation.least = 2 * unit_time;
  driver d{settings};
  for (worker_id id = 1; id <= 12; ++id)
    d.join(id, {compiling}, 1, false, "n" + std::to_string(id % 3));
  auto begin = d.now;
  std::vector<pb::WorkUnit> batch;
  for (uint64_t ticket = 1; ticket <= unit_count; ++ticket)
    batch.push_back(unit_of(ticket));
  d.submit(std::move(batch));
  std::multimap<time_point, effect> running;
  time_point end;
  for (uint64_t done = 0; done < unit_count;) {
    for (auto& one : d.units.take_effects())
      if (one.what == effect::kind::assign)
        running.emplace(d.now + (one.worker % 3 == 0 ? slow_time : unit_time),
                        one);
      else if (one.what == effect::kind::cancel) {
        std::erase_if(running, [&](auto& other) {
          return other.second.worker == one.worker;
        });
        d.units.cancel_acknowledged(one.worker, one.sequence, one.attempt,
                                    d.now);
      } else
        ++done;
    end = d.now;
    auto due = d.units.next_deadline();
    if (!running.empty() && running.begin()->first <= due) {
      auto first = running.extract(running.begin());
      d.now = first.key();
      auto& attempt = first.mapped();
      d.units.finish(attempt.worker, attempt.sequence, attempt.attempt, {},
                     d.now);
    } else if (due != time_point::max()) {
      d.now = due;
      d.units.tick(d.now);
    }
  }
  using seconds = std::chrono::duration<double>;
  auto ideal = unit_count / (8 / 0.1 + 4 / 1.0);
  auto took = seconds(end - begin).count();
  double busy = 0;
  auto report = d.units.report();
  for (auto& worker : report.workers())
    busy += worker.busy_seconds();
  MESSAGE(took << " s, ideal " << ideal << " s; duplicate work "
               << report.wasted_seconds() << " of " << busy << " s");
  CHECK(took <= 1.3 * ideal);
  CHECK(report.wasted_seconds() <= 0.15 * busy);
  CHECK(report.speculated() > 0);
}

TEST_CASE("of several late ones the latest comes first") {
  experienced d;
  d.join(2, {compiling});
  d.submit({unit_of(1)});
  d.wait(100ms);
  d.submit({unit_of(2)});
  CHECK(d.happened() == "1>w1, 2>w2");
  d.wait(1s);
  CHECK(d.happened() == "");
  d.join(3, {compiling});
  d.wait(50ms);
  CHECK(d.happened() == "1>w3#2");
}

// -- with deadlines, drains and breakers

TEST_CASE("when the task's time is over both attempts are stopped") {
  experienced d;
  auto unit = unit_of(1);
  unit.mutable_time_left()->set_seconds(1);
  d.submit({unit});
  auto first = d.last(1);
  d.join(2, {compiling}, 1, false, "n2");
  d.wait(late);
  CHECK(d.happened() == "1>w2#2");
  auto second = d.last(1);
  d.wait(1s - late);
  CHECK(d.happened() == "stop 1@w1, stop 1@w2, 1 timed_out");
  d.acknowledge_of(first);
  d.acknowledge_of(second);
  d.submit({unit_of(2), unit_of(3)});
  CHECK(d.happened() == "2>w1, 3>w2");
}

TEST_CASE("nothing is tried twice while the pool drains") {
  experienced d;
  d.submit({unit_of(1)});
  d.join(2, {compiling}, 1, false, "n2");
  CHECK(d.happened() == "1>w1");
  d.units.drain(d.now);
  CHECK(d.units.next_deadline() > d.now + late);
  d.wait(10 * late);
  CHECK(d.happened() == "");
}

TEST_CASE("nothing is tried again where a breaker keeps it away") {
  auto settings = eager();
  settings.breaker_minimum_calls = 1;
  settings.breaker_failure_rate = 0.1;
  settings.breaker_cool_down = 1h;
  experienced d{settings};
  auto check = unit_of(1);
  check.mutable_check()->set_compiler("gcc");
  std::vector<pb::WorkUnit> others;
  for (uint64_t ticket = 201; ticket <= 210; ++ticket) {
    others.push_back(check);
    others.back().set_ticket(ticket);
  }
  d.submit(std::move(others));
  for (uint64_t ticket = 201; ticket <= 210; ++ticket) {
    d.wait(100ms);
    d.finish(ticket);
  }
  d.units.retire_worker(1, d.now);
  d.join(2, {compiling}, 1, false, "n2");
  check.set_ticket(2); // Opens the breaker for checks with gcc on n2.
  d.submit({check});
  d.finish(2, error_of(errc::tool_failed, false));
  d.join(3, {compiling}, 1, false, "n3");
  check.set_ticket(1);
  d.submit({check});
  d.happened();
  CHECK(d.last(1).worker == 3);
  d.wait(late);
  CHECK(d.happened() == "");
  d.join(4, {compiling}, 1, false, "n4");
  d.wait(late);
  CHECK(d.happened() == "1>w4#2");
}

} // namespace cohort::tests::pool_speculation_test
