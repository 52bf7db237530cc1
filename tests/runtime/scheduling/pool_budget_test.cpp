#include <doctest/doctest.h>

#include <random>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_budget_test {

/// Where much fails, not everything is tried again.

using namespace cohort::tests;

namespace {

/// No jitter to wait for, and a breaker that does not interfere.
pool_settings quick() {
  pool_settings settings;
  settings.retry_backoff = 0ms;
  settings.quarantine_failures = 1000;
  return settings;
}

/// Submits `count` units to one worker, each of which fails each time.
void fail_all(driver& d, uint64_t count) {
  for (uint64_t ticket = 1; ticket <= count; ++ticket) {
    d.submit({unit_of(ticket)});
    for (auto is_over = false; !is_over; d.wait(0ms)) {
      auto failed = d.units.report().failed();
      d.finish(ticket, error_of(errc::busy, true, "no room"));
      is_over = d.units.report().failed() > failed;
    }
  }
}

} // namespace

TEST_CASE("what fails when the retry budget is spent is not tried again, and "
          "says so") {
  driver d{quick()};
  d.join(1, {compiling});
  fail_all(d, 6); // Five have two retries each; a sixth has a token of its own.
  CHECK(d.result(5).error().message() == "no room (given up after 3 attempts)");
  CHECK(d.result(6).error().message()
        == "no room (not tried again: the retry budget is spent)");
  CHECK(d.result(6).error().code() == static_cast<uint32_t>(errc::busy));
  CHECK_FALSE(d.result(6).error().recoverable());
  CHECK(d.result(6).attempt() == 2);
  CHECK(d.units.report().retried() == 11);
  CHECK(d.units.report().retries_denied() == 1);
}

TEST_CASE("units that succeed pay for the retries of others") {
  driver d{quick()};
  d.join(1, {compiling});
  fail_all(d, 100);
  CHECK(d.units.report().retried() == 30); // Ten, and a fifth of a hundred.
  for (uint64_t ticket = 101; ticket <= 110; ++ticket) {
    d.submit({unit_of(ticket)});
    d.finish(ticket);
  }
  d.submit({unit_of(111)});
  d.finish(111, error_of(errc::busy, true));
  d.wait(0ms);
  CHECK(d.last(111).attempt == 2);
}

TEST_CASE("what is lost with a worker is done again without the budget") {
  auto settings = quick();
  settings.retry_budget = 0;
  driver d{settings};
  d.join(1, {compiling});
  fail_all(d, 5); // The reserve is spent.
  d.submit({unit_of(6)});
  d.units.remove_worker(1, d.now);
  d.join(2, {compiling});
  d.wait(0ms);
  CHECK(d.last(6).attempt == 2);
  CHECK(d.units.report().retries_denied() == 0);
}

TEST_CASE("whatever fails when, retries are a fifth and ten at most") {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    driver d{quick()};
    for (worker_id id = 1; id <= 3; ++id)
      d.join(id, {compiling});
    auto failing = random() % 101;
    uint64_t tickets = 0;
    for (int i = 0; i < 300; ++i) {
      d.submit({unit_of(++tickets)});
      d.happened();
      for (auto j = random() % 4; j > 0; --j) {
        auto& some = d.log[random() % d.log.size()];
        if (some.what != effect::kind::assign)
          continue;
        auto answer = random() % 100 < failing ? error_of(errc::busy, true)
                                               : pb::AttemptResult{};
        d.units.finish(some.worker, some.sequence, some.attempt,
                       std::move(answer), d.now);
      }
      d.wait(1ms);
      REQUIRE(d.units.report().retried() <= 10 + tickets / 5);
    }
  }
}

} // namespace cohort::tests::pool_budget_test
