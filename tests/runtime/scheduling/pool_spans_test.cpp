#include <doctest/doctest.h>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_spans_test {

using namespace cohort::tests;
using cohort::runtime::scheduling::ended_attempt;

namespace {

pool_settings two_attempts() {
  pool_settings settings;
  settings.worker_timeout = 1000ms;
  settings.cancel_timeout = 100ms;
  settings.retry_backoff = 0ms;
  settings.max_attempts = 2;
  settings.quarantine_failures = 100;
  return settings;
}

struct observed : driver {
  observed() : driver{two_attempts()} {
    units.observe_attempts();
  }

  /// "1#2 lost timed_out w1 +1000": ticket, attempt, end, code, worker and
  /// milliseconds, for each attempt that ended since the last call.
  std::string spans() {
    std::string all;
    for (auto& attempt : units.take_ended())
      all += (all.empty() ? "" : ", ") + describe(attempt);
    return all;
  }

private:
  static std::string describe(const ended_attempt& attempt) {
    auto& span = attempt.span;
    auto took = attempt.ended - attempt.began;
    constexpr const char* ends[] = {"?", "finished", "failed", "lost",
                                    "cancelled"};
    return std::to_string(span.ticket()) + "#" + std::to_string(span.attempt())
           + " " + ends[span.end()] + " "
           + to_string(static_cast<errc>(span.code())) + " " + span.worker()
           + " +"
           + std::to_string(
             std::chrono::duration_cast<std::chrono::milliseconds>(took)
               .count());
  }
};

} // namespace

TEST_CASE("nobody observes: nothing is kept") {
  driver d{two_attempts()};
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  d.finish(1);
  CHECK(d.units.take_ended().empty());
}

TEST_CASE("an attempt that finished says what it was and took") {
  observed d;
  d.join(1, {compiling});
  auto unit = unit_of(1);
  unit.mutable_check()->set_unit("a.cc");
  unit.mutable_check()->set_compiler("clang");
  d.submit({unit});
  d.wait(250ms);
  pb::AttemptResult answer;
  answer.mutable_metrics()->set_cpu_seconds(0.2);
  d.finish(1, answer);
  auto ended = d.units.take_ended();
  REQUIRE(ended.size() == 1);
  auto& span = ended[0].span;
  CHECK(span.task_id() == "task");
  CHECK(span.kind() == "check");
  CHECK(span.subject() == "a.cc");
  CHECK(span.compiler() == "clang");
  CHECK(span.node() == "node");
  CHECK(span.sequence() == d.last(1).sequence);
  CHECK(span.end() == pb::ATTEMPT_END_FINISHED);
  CHECK(span.code() == 0);
  CHECK(span.metrics().cpu_seconds() == 0.2);
  CHECK(ended[0].ended - ended[0].began == 250ms);
  CHECK(d.spans() == "");
}

TEST_CASE("each failure is a span of its own") {
  observed d;
  d.join(1, {compiling});
  d.submit({unit_of(1)});
  d.wait(10ms);
  d.finish(1, error_of(errc::busy, true));
  CHECK(d.spans() == "1#1 failed busy w1 +10");
  d.wait(20ms);
  d.finish(1, error_of(errc::no_executor, false));
  CHECK(d.spans() == "1#2 failed no_executor w1 +0");
  CHECK(d.units.report().failed() == 1);
  CHECK(d.units.report().finished() == 0);
}

TEST_CASE("a lease that ends is a lost attempt; its late answer is no other") {
  observed d;
  d.join(1, {compiling});
  d.join(2, {compiling});
  d.submit({unit_of(1)});
  auto late = d.last(1);
  d.wait(1000ms);
  CHECK(d.spans() == "1#1 lost timed_out w1 +1000");
  d.wait(1ms);
  d.units.finish(late.worker, late.sequence, late.attempt, {}, d.now);
  CHECK(d.spans() == "");
  d.finish(1);
  CHECK(d.spans() == "1#2 finished none w2 +0");
}

TEST_CASE("a worker that dies loses what ran; what waited there never began") {
  observed d;
  d.join(1, {compiling}, 2);
  d.submit({unit_of(1, 2), unit_of(2, 1)});
  d.wait(30ms);
  d.units.remove_worker(1, d.now);
  CHECK(d.spans() == "1#1 lost crashed w1 +30");
}

TEST_CASE("cancelled attempts end when they are stopped, if they began") {
  observed d;
  d.join(1, {compiling}, 2);
  d.submit({unit_of(1, 2), unit_of(2, 1)});
  d.wait(30ms);
  d.units.cancel(1, "task", d.now);
  CHECK(d.spans() == "1#1 cancelled cancelled w1 +30");
  d.acknowledge(1);
  d.acknowledge(2);
  CHECK(d.spans() == "");
}

TEST_CASE("an attempt begins when those before it on its worker are done") {
  observed d;
  d.join(1, {compiling}, 2);
  d.submit({unit_of(1, 2), unit_of(2, 1)});
  d.wait(100ms);
  d.finish(1);
  d.units.got_further(1, d.last(2).sequence, 1, d.now);
  d.wait(50ms);
  d.finish(2);
  auto ended = d.units.take_ended();
  REQUIRE(ended.size() == 2);
  CHECK(ended[1].ended - ended[1].began == 50ms);
  CHECK(ended[1].span.held_seconds() == doctest::Approx(0.1));
  CHECK(d.units.report().finished() == 2);
}

} // namespace cohort::tests::pool_spans_test
