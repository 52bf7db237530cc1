#include "runtime/resilience/circuit_breaker.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::circuit_breaker_test {

using namespace std::chrono_literals;
using cohort::runtime::resilience::breaker_settings;
using cohort::runtime::resilience::circuit_breaker;
using phase = circuit_breaker::phase;
using turn = circuit_breaker::turn;

namespace {

struct clocked {
  circuit_breaker breaker{breaker_settings{}};
  circuit_breaker::time_point now{1h};

  circuit_breaker::call pass() {
    auto call = breaker.allow(now);
    REQUIRE(call);
    return *call;
  }
  /// Whether that opened it.
  bool fail(uint64_t random = 0) {
    return breaker.failed(pass(), now, random) == turn::opened;
  }
  /// Whether that closed it.
  bool succeed() {
    return breaker.succeeded(pass(), now) == turn::closed;
  }
  void open() {
    while (breaker.current(now) != phase::open)
      fail();
  }
};

/// Only the rate counts: half of ten calls in a minute.
struct rated : clocked {
  rated() {
    breaker_settings settings;
    settings.failures_in_a_row = 0;
    breaker = circuit_breaker{settings};
  }
};

} // namespace

TEST_CASE_FIXTURE(clocked,
                  "failures in a row open it, a success in between does not") {
  fail();
  fail();
  succeed();
  fail();
  CHECK_FALSE(fail());
  CHECK(breaker.current(now) == phase::closed);
  CHECK(fail());
  CHECK(breaker.current(now) == phase::open);
  CHECK_FALSE(breaker.allow(now));
  CHECK(breaker.retry_at() == now + 5s);
}

TEST_CASE_FIXTURE(rated, "half of ten calls open it, less or fewer do not") {
  for (int i = 0; i < 5; ++i)
    succeed();
  for (int i = 0; i < 4; ++i)
    CHECK_FALSE(fail());
  SUBCASE("the tenth fails") {
    CHECK(fail());
    CHECK(breaker.current(now) == phase::open);
  }
  SUBCASE("the tenth does not") {
    succeed();
    CHECK_FALSE(fail()); // Five of eleven.
    CHECK(fail());       // Six of twelve.
  }
}

TEST_CASE_FIXTURE(rated, "a few failures of few calls say nothing") {
  for (int i = 0; i < 9; ++i)
    CHECK_FALSE(fail());
  CHECK(breaker.current(now) == phase::closed);
  CHECK(fail());
}

TEST_CASE_FIXTURE(rated, "failures of long ago are forgotten") {
  for (int i = 0; i < 9; ++i)
    fail();
  now += 60s;
  for (int i = 0; i < 9; ++i)
    CHECK_FALSE(fail());
  CHECK(breaker.current(now) == phase::closed);
}

TEST_CASE_FIXTURE(rated, "a breaker that closes begins anew") {
  open();
  now += 5s;
  CHECK(succeed());
  for (int i = 0; i < 9; ++i)
    CHECK_FALSE(fail());
}

TEST_CASE_FIXTURE(clocked, "the cool-down is longer by up to a half") {
  fail();
  fail();
  SUBCASE("by chance") {
    fail(1'234);
    CHECK(breaker.retry_at() == now + 6'234ms);
  }
  SUBCASE("at most") {
    fail(2'500);
    CHECK(breaker.retry_at() == now + 7'500ms);
  }
  SUBCASE("and no more") {
    fail(2'501);
    CHECK(breaker.retry_at() == now + 5s);
  }
}

TEST_CASE_FIXTURE(clocked,
                  "after the cool-down one probe passes, and decides") {
  open();
  now += 5s;
  CHECK(breaker.current(now) == phase::half_open);
  auto probe = pass();
  CHECK_FALSE(breaker.allows(now));
  CHECK(breaker.failed(probe, now, 0) == turn::opened_again);
  CHECK(breaker.current(now) == phase::open);
  now += 5s;
  CHECK(succeed());
  CHECK(breaker.current(now) == phase::closed);
  CHECK(breaker.allows(now));
}

TEST_CASE_FIXTURE(clocked, "a probe that says nothing lets another follow") {
  open();
  now += 5s;
  breaker.abandoned(pass());
  CHECK(breaker.allows(now));
}

TEST_CASE_FIXTURE(clocked, "what an older generation says is ignored") {
  auto slow = pass();
  open();
  CHECK(breaker.succeeded(slow, now) == turn::none);
  CHECK(breaker.current(now) == phase::open);
  now += 5s;
  succeed();
  for (int i = 0; i < 3; ++i)
    CHECK(breaker.failed(slow, now, 0) == turn::none);
  CHECK(breaker.current(now) == phase::closed);
}

} // namespace cohort::tests::circuit_breaker_test
