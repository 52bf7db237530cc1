#include <doctest/doctest.h>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_cancel_test {

using namespace cohort::tests;

namespace {

pool_settings quick() {
  pool_settings settings;
  settings.worker_timeout = 1000ms;
  settings.cancel_timeout = 100ms;
  settings.retry_backoff = 0ms;
  settings.speculation.enabled = false;
  return settings;
}

pb::WorkUnit of_task(std::string task, pb::WorkUnit unit) {
  unit.set_task_id(std::move(task));
  return unit;
}

} // namespace

TEST_CASE("cancelling what is not there is answered at once") {
  driver d{quick()};
  d.units.cancel(1, "task", d.now);
  CHECK(d.happened() == "task cancelled");
  CHECK(d.log.back().requester == 1);
  d.submit({unit_of(1)}, 2);
  d.units.cancel(1, "task", d.now);
  CHECK(d.happened() == "task cancelled");
  CHECK(d.units.report().queued() == 1);
}

TEST_CASE("cancelled units that wait vanish without a word") {
  driver d{quick()};
  d.submit(
    {unit_of(1), unit_of(2, 0, compiling, {1}), of_task("other", unit_of(3))});
  d.units.cancel(1, "task", d.now);
  CHECK(d.happened() == "task cancelled");
  CHECK(d.units.report().queued() == 1);
  d.join(1, {compiling}, 9);
  CHECK(d.happened() == "3>w1");
}

TEST_CASE("a cancel is answered once every worker has stopped") {
  driver d{quick()};
  for (worker_id id : {1, 2, 3, 4})
    d.join(id, {compiling});
  d.submit({unit_of(1), unit_of(2), unit_of(3), unit_of(4), unit_of(5)});
  d.happened();
  d.units.cancel(1, "task", d.now);
  CHECK(d.happened() == "stop 1@w1, stop 2@w2, stop 3@w3, stop 4@w4");
  d.acknowledge(1); // As asked.
  d.finish(2);      // It was over by then.
  d.units.remove_worker(3, d.now);
  CHECK(d.happened() == "");
  CHECK(d.units.report().fenced() == 1);
  SUBCASE("by the last acknowledgement") {
    d.acknowledge(4);
    CHECK(d.happened() == "task cancelled");
    CHECK_FALSE(d.status(4).quarantined());
  }
  SUBCASE("by the end of the worker") {
    d.units.remove_worker(4, d.now);
    CHECK(d.happened() == "task cancelled");
  }
  SUBCASE("by the end of patience, which costs the worker its place") {
    CHECK(d.units.next_deadline() == d.now + 100ms);
    d.wait(99ms);
    CHECK(d.happened() == "");
    d.wait(1ms);
    CHECK(d.happened() == "task cancelled");
    CHECK(d.status(4).quarantined());
  }
}

TEST_CASE("a worker whose unit is cancelled keeps its place for others") {
  driver d{quick()};
  d.join(1, {compiling}, 2);
  d.submit({unit_of(1)});
  d.units.cancel(1, "task", d.now);
  d.submit({of_task("other", unit_of(2)), of_task("other", unit_of(3))});
  CHECK(d.happened() == "1>w1, stop 1@w1, 2>w1");
  CHECK_FALSE(d.status(1).quarantined());
  d.now += 50ms;
  d.acknowledge(1);
  CHECK(d.happened() == "task cancelled, 3>w1");
  CHECK(d.units.next_deadline() == d.now + 1000ms); // The lease of 2 begins.
}

TEST_CASE("two cancels of one task are answered once") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  d.units.cancel(1, "task", d.now);
  d.units.cancel(1, "task", d.now);
  CHECK(d.happened() == "1>w1, stop 1@w1");
  d.acknowledge(1);
  CHECK(d.happened() == "task cancelled");
  d.acknowledge(1);
  CHECK(d.happened() == "");
}

TEST_CASE("a cancel waits for attempts that were lost before, too") {
  driver d{quick()};
  d.join(1, {compiling});
  d.join(2, {compiling});
  d.submit({unit_of(1)});
  auto first = d.last(1);
  d.wait(1000ms);
  d.wait(0ms);
  CHECK(d.happened() == "stop 1@w1, 1>w2#2");
  d.units.cancel(1, "task", d.now);
  d.acknowledge(1);
  CHECK(d.happened() == "stop 1@w2");
  d.units.cancel_acknowledged(1, first.sequence, first.attempt, d.now);
  CHECK(d.happened() == "task cancelled");
}

TEST_CASE("a task may go on while what was cancelled of it still stops") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  d.units.cancel(1, "task", d.now);
  d.submit({unit_of(2)});
  d.acknowledge(1);
  CHECK(d.happened() == "stop 1@w1, task cancelled, 2>w1");
  d.finish(2);
  CHECK(d.happened() == "2 done");
}

TEST_CASE("an acknowledgement that nobody asked for changes nothing") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  d.acknowledge(1);
  d.units.cancel_acknowledged(9, d.last(1).sequence, 1, d.now);
  CHECK(d.status(1).running() == 1);
  d.finish(1);
  CHECK(d.happened() == "1 done");
}

TEST_CASE("units of other tasks that depended on a cancelled one are told") {
  driver d{quick()};
  d.submit({unit_of(1), of_task("other", unit_of(2, 0, compiling, {1})),
            of_task("other", unit_of(3, 0, compiling, {2}))});
  d.units.cancel(1, "task", d.now);
  CHECK(d.happened() == "task cancelled, 2 cancelled, 3 cancelled");
  CHECK(d.units.report().queued() == 0);
}

TEST_CASE("a place that is used again does not inherit dependencies") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1), of_task("other", unit_of(2, 0, compiling, {1}))});
  d.units.cancel(1, "other", d.now);
  d.submit({of_task("third", unit_of(3)),
            of_task("third", unit_of(4, 0, compiling, {3}))});
  d.finish(1);
  CHECK(d.happened() == "other cancelled, 1 done, 3>w1");
  d.finish(3);
  CHECK(d.happened() == "3 done, 4>w1");
}

TEST_CASE("all that a requester left behind is stopped, without an answer") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1), of_task("other", unit_of(2, 0, compiling, {1})),
            of_task("third", unit_of(3, 0, compiling, {2}))},
           5);
  d.submit({unit_of(4)}, 6);
  d.units.remove_requester(5, d.now);
  CHECK(d.happened() == "1>w1, stop 1@w1");
  d.acknowledge(1);
  CHECK(d.happened() == "4>w1");
  d.units.remove_requester(77, d.now);
  CHECK(d.happened() == "");
}

TEST_CASE("a worker that is given up hands back what it did not begin") {
  auto settings = quick();
  settings.max_attempts = 1;
  driver d{settings};
  d.join(1, {compiling}, 3);
  d.submit(
    {unit_of(1), of_task("other", unit_of(2)), of_task("other", unit_of(3))});
  d.units.cancel(1, "task", d.now);
  d.happened();
  d.wait(100ms);
  CHECK(d.happened() == "stop 2@w1, stop 3@w1, task cancelled");
  CHECK(d.status(1).running() == 0);
  d.join(2, {compiling}, 3);
  CHECK(d.happened() == "2>w2#2, 3>w2#2");
}

TEST_CASE(
  "two hundred thousand units are cancelled, and as many come after them") {
  driver d{quick()};
  auto make = [](uint64_t from) {
    std::vector<pb::WorkUnit> batch;
    for (uint64_t i = 0; i < 40'000; ++i)
      batch.push_back(unit_of(from + i, static_cast<double>(i % 1000)));
    return batch;
  };
  for (uint64_t round = 0; round < 5; ++round) {
    d.submit(make(round * 1'000'000));
    d.units.cancel(1, "task", d.now);
    CHECK(d.happened() == "task cancelled");
    CHECK(d.units.report().queued() == 0);
  }
  d.submit({unit_of(7)});
  d.join(1, {compiling});
  CHECK(d.happened() == "7>w1");
}

} // namespace cohort::tests::pool_cancel_test
