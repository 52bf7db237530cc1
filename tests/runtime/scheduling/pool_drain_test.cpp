#include <doctest/doctest.h>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_drain_test {

/// A process that is about to stop: what runs ends, and nothing begins.

using namespace cohort::tests;

TEST_CASE("a pool that drains finishes what runs, and begins nothing") {
  driver d;
  d.join(1, {compiling});
  d.submit({unit_of(1), unit_of(2), unit_of(3, 0, compiling, {1})});
  CHECK(d.happened() == "1>w1");
  d.units.drain(d.now);
  CHECK_FALSE(d.units.is_drained());
  d.submit({unit_of(4)});
  d.join(2, {generalist});
  d.finish(1);
  CHECK(d.happened() == "1 done");
  CHECK(d.units.is_drained());
  CHECK(d.units.report().queued() == 3);
}

TEST_CASE("what waits behind another attempt is taken back") {
  driver d;
  d.join(1, {compiling}, 3);
  d.submit({unit_of(1), unit_of(2), unit_of(3)});
  CHECK(d.happened() == "1>w1, 2>w1, 3>w1");
  d.units.drain(d.now);
  CHECK(d.happened() == "stop 2@w1, stop 3@w1");
  d.finish(1);
  d.acknowledge(2);
  CHECK_FALSE(d.units.is_drained());
  d.acknowledge(3);
  CHECK(d.units.is_drained());
  CHECK(d.happened() == "1 done");
  CHECK(d.units.report().queued() == 2);
}

TEST_CASE("a failed attempt is not tried again while the pool drains") {
  pool_settings settings;
  settings.retry_backoff = 0ms;
  driver d{settings};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  d.units.drain(d.now);
  d.finish(1, error_of(errc::busy, true));
  d.wait(1h);
  CHECK(d.happened() == "");
  CHECK(d.units.is_drained());
}

TEST_CASE("a lease ends while the pool drains, too") {
  driver d;
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  CHECK(d.happened() == "1>w1");
  d.units.drain(d.now);
  d.wait(pool_settings{}.worker_timeout);
  CHECK(d.happened() == "stop 1@w1");
  CHECK_FALSE(d.units.is_drained());
  d.acknowledge(1);
  CHECK(d.units.is_drained());
}

TEST_CASE("a pool is drained when it drains, and not because it is idle") {
  driver d;
  d.join(1, {compiling});
  CHECK_FALSE(d.units.is_drained());
  d.units.drain(d.now);
  CHECK(d.units.is_drained());
}

} // namespace cohort::tests::pool_drain_test
