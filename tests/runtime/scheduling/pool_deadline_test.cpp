#include <doctest/doctest.h>

#include <google/protobuf/util/time_util.h>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_deadline_test {

/// No unit gets more time than its task has left.

using namespace cohort::tests;
using google::protobuf::util::TimeUtil;

namespace {

pb::WorkUnit with_time(uint64_t ticket, std::chrono::milliseconds left) {
  auto unit = unit_of(ticket);
  *unit.mutable_time_left() = TimeUtil::MillisecondsToDuration(left.count());
  return unit;
}

int64_t time_left(const effect& assigned) {
  return TimeUtil::DurationToMilliseconds(
    assigned.assignment.unit().time_left());
}

} // namespace

TEST_CASE("an attempt is told what is left when it begins") {
  driver d;
  d.join(1, {compiling});
  d.submit({with_time(1, 10s), with_time(2, 10s), unit_of(3)});
  CHECK(time_left(d.last(1)) == 10'000);
  d.wait(4s);
  d.finish(1);
  CHECK(time_left(d.last(2)) == 6'000);
  d.finish(2);
  CHECK_FALSE(d.last(3).assignment.unit().has_time_left());
}

TEST_CASE("an attempt is cut when its task's time is over, which is nobody's "
          "fault") {
  driver d;
  d.join(1, {compiling});
  d.submit({with_time(1, 10s), unit_of(2)});
  CHECK(d.happened() == "1>w1");
  CHECK(d.units.next_deadline() == d.now + 10s);
  d.wait(9'999ms);
  CHECK(d.happened() == "");
  SUBCASE("though it gets further") {
    auto& attempt = d.last(1);
    d.units.got_further(1, attempt.sequence, attempt.attempt, d.now);
  }
  d.wait(1ms);
  CHECK(d.happened() == "stop 1@w1, 1 timed_out");
  CHECK(d.result(1).error().message() == "the task's time is over");
  CHECK(d.status(1).failed() == 0);
  CHECK_FALSE(d.status(1).quarantined());
  d.acknowledge(1);
  CHECK(d.happened() == "2>w1");
}

TEST_CASE("a lease that is shorter ends as ever") {
  pool_settings settings;
  settings.worker_timeout = 1s;
  settings.max_attempts = 1;
  driver d{settings};
  d.join(1, {compiling});
  d.submit({with_time(1, 10s)});
  d.wait(1s);
  CHECK(d.status(1).failed() == 1);
  CHECK(d.status(1).quarantined());
}

TEST_CASE("what waited for too long does not begin any more") {
  driver d;
  d.join(1, {compiling});
  d.submit({unit_of(1, 9), with_time(2, 10s), unit_of(3, 0, compiling, {2}),
            unit_of(4)});
  CHECK(d.happened() == "1>w1");
  d.wait(10s);
  d.finish(1);
  CHECK(d.happened() == "1 done, 2 timed_out, 3 cancelled, 4>w1");
  CHECK(d.units.report().queued() == 0);
}

TEST_CASE("no attempt follows one that failed too late") {
  pool_settings settings;
  settings.retry_backoff = 0ms;
  driver d{settings};
  d.join(1, {compiling});
  d.submit({with_time(1, 10s)});
  CHECK(d.happened() == "1>w1");
  d.now += 10s;
  d.finish(1, error_of(errc::busy, true));
  d.wait(0ms);
  CHECK(d.happened() == "1 timed_out");
}

TEST_CASE("what was killed because the time is over is no fault of the worker "
          "either") {
  driver d;
  d.join(1, {compiling});
  d.submit({with_time(1, 10s)});
  CHECK(d.happened() == "1>w1");
  d.now += 10s; // And nobody has looked yet.
  d.finish(1, error_of(errc::timed_out, true));
  CHECK(d.happened() == "1 timed_out");
  CHECK(d.result(1).error().message() == "the task's time is over");
  CHECK(d.status(1).failed() == 0);
  CHECK(d.units.report().retried() == 0);
}

} // namespace cohort::tests::pool_deadline_test
