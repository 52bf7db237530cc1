#include <doctest/doctest.h>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_leave_test {

/// Workers that retire, and the cores that come and go with workers.

using namespace cohort::tests;

namespace {

/// No jitter to wait for: a back-off is over with the next tick.
pool_settings quick() {
  pool_settings settings;
  settings.retry_backoff = 0ms;
  return settings;
}

pb::WorkUnit heavy(uint64_t ticket) {
  auto unit = unit_of(ticket);
  unit.set_cpu_bound(true);
  return unit;
}

} // namespace

TEST_CASE("a worker that retires finishes what it holds and gets no more") {
  driver d;
  d.join(1, {compiling}, 2);
  d.submit({unit_of(1), unit_of(2), unit_of(3)});
  CHECK(d.happened() == "1>w1, 2>w1");
  d.units.retire_worker(1, d.now);
  d.finish(1);
  d.finish(2);
  CHECK(d.happened() == "1 done, 2 done");
  CHECK(d.units.report().queued() == 1);
  d.join(2, {compiling});
  CHECK(d.happened() == "3>w2");
}

TEST_CASE("a worker that retires is offered to nobody") {
  driver d;
  d.join(1, {compiling});
  d.join(2, {generalist});
  CHECK(d.units.get_specialized_worker(compiling).worker() == "w1");
  d.units.retire_worker(1, d.now);
  d.units.retire_worker(1, d.now); // Once more changes nothing,
  d.units.retire_worker(9, d.now); // nor does one that never came.
  CHECK(d.units.get_specialized_worker(compiling).worker() == "w2");
  d.submit({unit_of(1), unit_of(2)});
  CHECK(d.happened() == "1>w2");
  CHECK(d.units.next_deadline() != time_point::max());
}

TEST_CASE("what fails on a worker that retires is tried on another") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  CHECK(d.happened() == "1>w1");
  d.units.retire_worker(1, d.now);
  d.finish(1, error_of(errc::busy, true));
  d.wait(0ms);
  CHECK(d.happened() == "");
  d.join(2, {compiling});
  CHECK(d.happened() == "1>w2#2");
}

TEST_CASE("a retry that waits for a worker does not once that retires") {
  driver d{quick()};
  d.join(1, {compiling});
  d.join(2, {generalist});
  d.submit({unit_of(1), unit_of(2, 0, generalist)});
  CHECK(d.happened() == "1>w1, 2>w2");
  d.finish(1, error_of(errc::busy, true));
  d.wait(0ms);
  CHECK(d.happened() == "");
  d.units.retire_worker(2, d.now);
  CHECK(d.happened() == "1>w1#2");
}

TEST_CASE("a worker that dies while it retires leaves its units to others, and "
          "is not counted any more") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  CHECK(d.happened() == "1>w1");
  d.units.retire_worker(1, d.now);
  d.units.remove_worker(1, d.now);
  d.join(2, {compiling});
  d.wait(0ms);
  CHECK(d.happened() == "1>w2#2");
  // It is the only one that fits, so the unit comes back to it.
  d.finish(1, error_of(errc::busy, true));
  d.wait(0ms);
  CHECK(d.happened() == "1>w2#3");
}

TEST_CASE("a worker that brings a core raises the limit while it is there") {
  pool_settings settings;
  settings.max_cpu_bound = 1;
  driver d{settings};
  d.join(1, {compiling});
  d.join(2, {compiling});
  d.submit({heavy(1), heavy(2), heavy(3)});
  CHECK(d.happened() == "1>w1");
  d.join(3, {compiling}, 1, true);
  CHECK(d.happened() == "2>w2");
  d.join(3, {compiling}, 1, true); // The same again brings nothing.
  CHECK(d.happened() == "");
  d.units.remove_worker(3, d.now);
  d.finish(1);
  CHECK(d.happened() == "1 done");
  d.finish(2);
  CHECK(d.happened() == "2 done, 3>w1");
}

TEST_CASE("without a limit a brought core changes nothing") {
  driver d;
  d.join(1, {compiling}, 2, true);
  d.submit({heavy(1), heavy(2), heavy(3)});
  CHECK(d.happened() == "1>w1, 2>w1");
  d.finish(1);
  CHECK(d.happened() == "1 done, 3>w1");
}

} // namespace cohort::tests::pool_leave_test
