#include "runtime/resilience/circuit_breaker.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::circuit_breaker_test {

using namespace std::chrono_literals;
using cohort::runtime::resilience::circuit_breaker;
using phase = circuit_breaker::phase;

namespace {

struct clocked {
  circuit_breaker breaker{3, 5s};
  circuit_breaker::time_point now{1h};

  circuit_breaker::call pass() {
    auto call = breaker.allow(now);
    REQUIRE(call);
    return *call;
  }
  void fail() {
    breaker.failed(pass(), now);
  }
};

} // namespace

TEST_CASE_FIXTURE(clocked,
                  "failures in a row open it, a success in between does not") {
  fail();
  fail();
  breaker.succeeded(pass());
  fail();
  fail();
  CHECK(breaker.current(now) == phase::closed);
  fail();
  CHECK(breaker.current(now) == phase::open);
  CHECK_FALSE(breaker.allow(now));
  CHECK(breaker.retry_at() == now + 5s);
}

TEST_CASE_FIXTURE(clocked,
                  "after the cool-down one probe passes, and decides") {
  for (int i = 0; i < 3; ++i)
    fail();
  now += 5s;
  CHECK(breaker.current(now) == phase::half_open);
  auto probe = pass();
  CHECK_FALSE(breaker.allows(now));
  breaker.failed(probe, now);
  CHECK(breaker.current(now) == phase::open);
  now += 5s;
  breaker.succeeded(pass());
  CHECK(breaker.current(now) == phase::closed);
  CHECK(breaker.allows(now));
}

TEST_CASE_FIXTURE(clocked, "a probe that says nothing lets another follow") {
  for (int i = 0; i < 3; ++i)
    fail();
  now += 5s;
  breaker.abandoned(pass());
  CHECK(breaker.allows(now));
}

TEST_CASE_FIXTURE(clocked, "what an older generation says is ignored") {
  auto slow = pass();
  for (int i = 0; i < 3; ++i)
    fail();
  breaker.succeeded(slow);
  CHECK(breaker.current(now) == phase::open);
  now += 5s;
  breaker.succeeded(pass());
  breaker.failed(slow, now);
  breaker.failed(slow, now);
  breaker.failed(slow, now);
  CHECK(breaker.current(now) == phase::closed);
}

TEST_CASE("a threshold of nothing is one") {
  circuit_breaker breaker{0, 1s};
  circuit_breaker::time_point now{1h};
  breaker.failed(*breaker.allow(now), now);
  CHECK(breaker.current(now) == phase::open);
}

} // namespace cohort::tests::circuit_breaker_test
