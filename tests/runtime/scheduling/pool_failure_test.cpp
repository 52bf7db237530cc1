#include <doctest/doctest.h>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_failure_test {

using namespace cohort::tests;

namespace {

constexpr auto lease = 1000ms;
constexpr auto cooled_down = 750ms; // With all of a breaker's jitter.

/// No jitter to wait for: a back-off is over with the next tick.
pool_settings quick() {
  pool_settings settings;
  settings.worker_timeout = lease;
  settings.cancel_timeout = 100ms;
  settings.retry_backoff = 0ms;
  settings.breaker_cool_down = 500ms;
  settings.quarantine_failures = 100;
  return settings;
}

} // namespace

TEST_CASE("a recoverable error is tried again, on another worker") {
  driver d{quick()};
  d.join(1, {compiling});
  d.join(2, {compiling});
  d.submit({unit_of(1)});
  CHECK(d.happened() == "1>w1");
  d.finish(1, error_of(errc::busy, true));
  CHECK(d.happened() == "");
  CHECK(d.units.report().queued() == 1);
  d.wait(0ms);
  CHECK(d.happened() == "1>w2#2");
  d.finish(1);
  CHECK(d.happened() == "1 done");
  CHECK(d.result(1).attempt() == 2);
  CHECK(d.units.report().retried() == 1);
}

TEST_CASE(
  "a retry waits for another worker that is busy, and lets others pass") {
  driver d{quick()};
  d.join(1, {compiling});
  d.join(2, {generalist});
  d.submit({unit_of(1, 9), unit_of(2, 1, generalist)});
  CHECK(d.happened() == "1>w1, 2>w2");
  d.finish(1, error_of(errc::busy, true));
  d.wait(0ms);
  CHECK(d.happened() == "");
  d.submit({unit_of(3, 1)});
  CHECK(d.happened() == "3>w1");
  d.finish(2);
  CHECK(d.happened() == "2 done, 1>w2#2");
}

TEST_CASE("a retry comes back to the only worker that fits") {
  driver d{quick()};
  d.join(1, {compiling});
  d.join(2, {testing});
  d.submit({unit_of(1)});
  d.finish(1, error_of(errc::busy, true));
  d.wait(0ms);
  CHECK(d.happened() == "1>w1#2");
}

TEST_CASE(
  "a retry that waits for another worker gets the same when that leaves") {
  driver d{quick()};
  d.join(1, {compiling});
  d.join(2, {generalist});
  d.submit({unit_of(1), unit_of(2, 0, generalist)});
  d.happened();
  d.finish(1, error_of(errc::busy, true));
  d.wait(0ms);
  CHECK(d.happened() == "");
  d.units.remove_worker(2, d.now);
  CHECK(d.happened() == "1>w1#2");
}

TEST_CASE("retries wait for a while that is within the configured limits") {
  auto settings = quick();
  settings.retry_backoff = 200ms;
  settings.retry_backoff_max = 300ms;
  settings.max_attempts = 50;
  settings.retry_budget = 100;
  driver d{settings};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  bool waited = false;
  for (int i = 0; i < 49; ++i) {
    d.finish(1, error_of(errc::busy, true));
    auto wait = std::chrono::ceil<std::chrono::milliseconds>(
      d.units.next_deadline() - d.now);
    CHECK(wait <= (i == 0 ? 200ms : 300ms));
    CHECK(wait >= 0ms);
    waited |= wait > 0ms;
    if (wait > 0ms) {
      d.wait(wait - 1ms);
      CHECK(d.happened() == "");
      d.wait(1ms);
    } else {
      d.wait(0ms);
    }
    CHECK(d.last(1).attempt == static_cast<uint32_t>(i + 2));
  }
  CHECK(waited);
}

TEST_CASE(
  "after the last attempt the unit has failed, and says why and how often") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  for (int i = 0; i < 3; ++i) {
    d.wait(0ms);
    auto answer = error_of(errc::tool_failed, true, "the compiler crashed");
    answer.mutable_metrics()->set_checks(3);
    d.finish(1, answer);
  }
  CHECK(d.happened() == "1 tool_failed");
  auto& result = d.result(1);
  CHECK(result.error().message()
        == "the compiler crashed (given up after 3 attempts)");
  CHECK_FALSE(result.error().recoverable());
  CHECK(result.attempt() == 3);
  CHECK(result.metrics().checks() == 3);
  CHECK(result.worker() == "w1");
}

TEST_CASE("an error that is not recoverable ends the unit at once") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  d.finish(1, error_of(errc::no_executor, false));
  CHECK(d.happened() == "1 no_executor");
}

TEST_CASE("what depends on a failed unit is not tried") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1), unit_of(2, 0, compiling, {1}),
            unit_of(3, 0, compiling, {2, 1}), unit_of(4)});
  d.finish(1, error_of(errc::no_executor, false));
  CHECK(d.happened() == "1 no_executor, 2 cancelled, 3 cancelled, 4>w1");
  CHECK(d.result(2).error().message()
        == "dependency 1 failed, so this unit was not tried");
  CHECK(d.result(2).attempt() == 0);
}

TEST_CASE("a long chain of dependents fails without trouble") {
  driver d{quick()};
  std::vector<pb::WorkUnit> chain{unit_of(0)};
  for (uint64_t i = 1; i < 50'000; ++i)
    chain.push_back(unit_of(i, 0, compiling, {i - 1}));
  d.join(1, {compiling});
  d.submit(std::move(chain));
  d.finish(0, error_of(errc::no_executor, false));
  d.happened();
  CHECK(d.log.size() == 50'001);
  CHECK(d.units.report().queued() == 0);
}

TEST_CASE(
  "a result of an older attempt, of another worker, or given twice is fenced") {
  driver d{quick()};
  d.join(1, {compiling});
  d.join(2, {compiling});
  d.submit({unit_of(1)});
  auto first = d.last(1);
  d.units.finish(2, first.sequence, first.attempt, {}, d.now);
  d.units.finish(1, first.sequence, 0, {}, d.now);
  d.units.finish(1, first.sequence, 2, {}, d.now);
  d.units.finish(1, first.sequence + 1, 1, {}, d.now);
  d.units.finish(77, first.sequence, 1, {}, d.now);
  CHECK(d.units.report().fenced() == 5);
  CHECK(d.happened() == "");
  d.finish(1, error_of(errc::busy, true));
  d.wait(0ms);
  CHECK(d.happened() == "1>w2#2");
  d.units.finish(1, first.sequence, first.attempt, {}, d.now);
  CHECK(d.happened() == "");
  d.finish(1);
  d.finish(1);
  CHECK(d.happened() == "1 done");
  CHECK(d.units.report().fenced() == 7);
}

TEST_CASE("a finished unit's place may be used again, its name is not") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  auto old = d.last(1);
  d.finish(1);
  d.submit({unit_of(2)});
  CHECK(d.last(2).sequence != old.sequence);
  d.units.finish(1, old.sequence, 1, {}, d.now);
  CHECK(d.happened() == "");
  CHECK(d.status(1).running() == 1);
}

TEST_CASE("an attempt without a result within its lease is lost") {
  driver d{quick()};
  d.join(1, {compiling});
  d.join(2, {compiling});
  d.submit({unit_of(1)});
  CHECK(d.units.next_deadline() == d.now + lease);
  d.wait(lease - 1ms);
  CHECK(d.happened() == "1>w1");
  d.wait(1ms);
  CHECK(d.happened() == "stop 1@w1");
  CHECK(d.status(1).quarantined());
  d.wait(0ms);
  CHECK(d.happened() == "1>w2#2");
}

TEST_CASE("an attempt that gets further has its lease anew") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  auto sequence = d.last(1).sequence;
  d.wait(lease - 1ms);
  d.units.got_further(1, sequence, 1, d.now);
  CHECK(d.units.next_deadline() == d.now + lease);
  // Neither another worker's word nor an older attempt's counts.
  d.wait(lease - 1ms);
  d.units.got_further(2, sequence, 1, d.now);
  d.units.got_further(1, sequence, 2, d.now);
  CHECK(d.units.next_deadline() == d.now + 1ms);
  d.happened();
  d.wait(1ms);
  CHECK(d.happened() == "stop 1@w1");
  d.units.got_further(1, sequence, 1, d.now); // It is lost already.
  CHECK(d.status(1).quarantined());
}

TEST_CASE("a unit's own lease counts more than the configured one") {
  driver d{quick()};
  auto unit = unit_of(1);
  unit.mutable_lease()->set_seconds(5);
  unit.mutable_lease()->set_nanos(500'000'000);
  d.join(1, {compiling});
  d.submit({unit});
  CHECK(d.units.next_deadline() == d.now + 5500ms);
}

TEST_CASE("a lease that is longer than time itself does no harm") {
  driver d{quick()};
  auto unit = unit_of(1);
  unit.mutable_lease()->set_seconds(std::numeric_limits<int64_t>::max());
  d.join(1, {compiling});
  d.submit({unit});
  CHECK(d.units.next_deadline() == time_point::max());
  d.finish(1);
  CHECK(d.happened() == "1 done");
}

TEST_CASE("a unit that is lost on each attempt has timed out") {
  driver d{quick()};
  for (worker_id id : {1, 2, 3})
    d.join(id, {compiling});
  d.submit({unit_of(1)});
  for (int i = 0; i < 3; ++i) {
    d.wait(lease);
    d.acknowledge(1);
    d.wait(0ms);
  }
  CHECK(d.result(1).error().code() == static_cast<uint32_t>(errc::timed_out));
  auto& message = d.result(1).error().message();
  CHECK(message.find("within 1000 ms (given up after 3 attempts)")
        != std::string::npos);
  CHECK_FALSE(d.result(1).error().recoverable());
}

TEST_CASE("the lease of an attempt begins when it is its worker's oldest") {
  driver d{quick()};
  d.join(1, {compiling}, 2);
  d.submit({unit_of(1), unit_of(2)});
  d.wait(900ms);
  d.finish(1);
  CHECK(d.units.next_deadline() == d.now + lease);
  d.wait(999ms);
  CHECK(d.happened() == "2>w1, 1 done");
  d.wait(1ms);
  CHECK(d.happened() == "stop 2@w1");
}

TEST_CASE(
  "what waited behind a lost attempt goes elsewhere, and it costs no attempt") {
  auto settings = quick();
  settings.max_attempts = 1;
  driver d{settings};
  d.join(1, {compiling}, 3);
  d.submit({unit_of(1), unit_of(2), unit_of(3)});
  d.happened();
  d.join(2, {generalist}, 3);
  d.wait(lease);
  CHECK(d.happened()
        == "stop 1@w1, 1 timed_out, stop 2@w1, stop 3@w1, 2>w2#2, 3>w2#2");
  d.finish(2);
  d.finish(3);
  CHECK(d.happened() == "2 done, 3 done");
}

TEST_CASE(
  "a quarantined worker gets nothing until it has acknowledged everything") {
  driver d{quick()};
  d.join(1, {compiling}, 2);
  d.submit({unit_of(1), unit_of(2)});
  auto first = d.last(1);
  auto second = d.last(2);
  d.wait(lease);
  CHECK(d.happened() == "stop 1@w1, stop 2@w1");
  d.units.cancel_acknowledged(1, first.sequence, first.attempt, d.now);
  d.wait(0ms);
  CHECK(d.happened() == "");
  CHECK(d.status(1).quarantined());
  d.units.cancel_acknowledged(1, second.sequence, second.attempt, d.now);
  CHECK_FALSE(d.status(1).quarantined());
  CHECK(d.happened() == "1>w1#2, 2>w1#2");
}

TEST_CASE("a worker that does not acknowledge is given up for ever") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  auto lost = d.last(1);
  d.wait(lease);
  CHECK(d.units.next_deadline() <= d.now + 100ms);
  d.wait(100ms);
  CHECK(d.happened() == "stop 1@w1");
  CHECK(d.status(1).quarantined());
  CHECK(d.status(1).running() == 0);
  d.units.cancel_acknowledged(1, lost.sequence, lost.attempt, d.now);
  d.units.finish(1, lost.sequence, lost.attempt, {}, d.now);
  d.wait(1h);
  CHECK(d.happened() == "");
  CHECK(d.status(1).quarantined());
  CHECK(d.units.next_deadline() == time_point::max());
  d.join(2, {compiling});
  CHECK(d.happened() == "1>w2#2");
}

TEST_CASE("a late result of a lost attempt is dropped, and frees its worker") {
  driver d{quick()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  d.wait(lease);
  CHECK(d.happened() == "1>w1, stop 1@w1");
  d.finish(1);
  CHECK(d.units.report().fenced() == 1);
  CHECK_FALSE(d.status(1).quarantined());
  d.wait(0ms);
  CHECK(d.happened() == "1>w1#2");
}

TEST_CASE(
  "what a worker held when it died runs elsewhere; only what ran counts") {
  auto settings = quick();
  settings.max_attempts = 1;
  driver d{settings};
  d.join(1, {compiling}, 2);
  d.submit({unit_of(1), unit_of(2)});
  d.happened();
  d.units.remove_worker(1, d.now);
  CHECK(d.happened() == "1 crashed");
  CHECK(d.result(1).error().message()
        == "worker w1 died (given up after 1 attempt)");
  CHECK(d.units.report().queued() == 1);
  d.join(2, {compiling});
  CHECK(d.happened() == "2>w2#2");
  d.units.remove_worker(9, d.now);
  CHECK(d.happened() == "");
}

TEST_CASE(
  "a worker that keeps failing is left alone until it has cooled down") {
  auto settings = quick();
  settings.quarantine_failures = 2;
  driver d{settings};
  d.join(1, {compiling});
  d.submit({unit_of(1), unit_of(2), unit_of(3), unit_of(4)});
  d.finish(1, error_of(errc::crashed, false));
  d.finish(2, error_of(errc::tool_failed, false));
  CHECK(d.happened() == "2 tool_failed");
  CHECK(d.status(1).breaker_open());
  CHECK(d.units.next_deadline() >= d.now + 500ms);
  CHECK(d.units.next_deadline() <= d.now + cooled_down);
  d.wait(499ms);
  CHECK(d.happened() == "");
  d.wait(cooled_down - 499ms);
  CHECK(d.happened() == "3>w1");
  CHECK_FALSE(d.status(1).breaker_open());
  SUBCASE("a probe that succeeds brings it back") {
    d.finish(3);
    CHECK(d.happened() == "3 done, 4>w1");
  }
  SUBCASE("a probe that fails keeps it away") {
    d.finish(3, error_of(errc::crashed, false));
    CHECK(d.happened() == "3 crashed");
    d.wait(cooled_down);
    CHECK(d.happened() == "4>w1");
  }
  SUBCASE("a probe that is cancelled makes room for another") {
    auto other = unit_of(5);
    other.set_task_id("other");
    d.submit({other});
    d.units.cancel(1, "task", d.now);
    CHECK(d.happened() == "stop 3@w1");
    d.acknowledge(3);
    CHECK(d.happened() == "task cancelled, 5>w1");
  }
}

TEST_CASE("only one unit probes a worker, whatever its credits") {
  auto settings = quick();
  settings.quarantine_failures = 1;
  driver d{settings};
  d.join(1, {compiling}, 4);
  d.submit({unit_of(1)});
  d.finish(1, error_of(errc::crashed, false));
  d.submit({unit_of(2), unit_of(3)});
  CHECK(d.happened() == "1 crashed");
  d.wait(cooled_down);
  CHECK(d.happened() == "2>w1");
  d.finish(2);
  CHECK(d.happened() == "2 done, 3>w1");
}

TEST_CASE("errors that the work is to blame for open no breaker") {
  auto settings = quick();
  settings.quarantine_failures = 2;
  driver d{settings};
  d.join(1, {compiling});
  std::vector<pb::WorkUnit> batch;
  for (uint64_t i = 1; i <= 5; ++i)
    batch.push_back(unit_of(i));
  d.submit(std::move(batch));
  for (uint64_t i = 1; i <= 5; ++i)
    d.finish(i,
             error_of(i % 2 == 0 ? errc::no_executor : errc::crashed, false));
  d.happened();
  CHECK(d.log.size() == 10);
}

TEST_CASE("messages that break their contract come back at once") {
  driver d{quick()};
  d.join(1, {compiling}, 99);
  auto no_work = unit_of(1);
  no_work.clear_noop();
  auto unnamed = unit_of(2, 0, specialty_of(pb::SPECIALTY_KIND_CUSTOM));
  auto named = unit_of(3, 0, specialty_of(pb::SPECIALTY_KIND_TESTING, "x"));
  auto unspecified = unit_of(4, 0,
                             specialty_of(pb::SPECIALTY_KIND_UNSPECIFIED));
  auto unknown = unit_of(5, 0,
                         specialty_of(static_cast<pb::SpecialtyKind>(77)));
  auto not_a_number = unit_of(6, std::numeric_limits<double>::quiet_NaN());
  auto no_lease = unit_of(7);
  no_lease.mutable_lease();
  auto negative = unit_of(8);
  negative.mutable_lease()->set_seconds(-1);
  d.submit({no_work, unnamed, named, unspecified, unknown, not_a_number,
            no_lease, negative, unit_of(9)});
  CHECK(d.happened()
        == "1 invalid_message, 2 invalid_message, 3 invalid_message, "
           "4 invalid_message, 5 invalid_message, 6 invalid_message, "
           "7 invalid_message, 8 invalid_message, 9>w1");
  CHECK(d.result(1).error().message()
        == "unit 1 has no work; set one of its kinds");
  d.submit({});
  CHECK(d.happened() == "");
}

} // namespace cohort::tests::pool_failure_test
