#include "actors/janitor.hpp"

#include <doctest/doctest.h>

#include "actors/timer.hpp"
#include "tests/support/actor_fixture.hpp"

namespace cohort::tests::janitor_test {

using namespace std::chrono_literals;
using namespace cohort;

namespace {

struct janitor_fixture : tests::actor_fixture {
  std::shared_ptr<int> cleaned = std::make_shared<int>(0);
  actors::timer_actor timer = spawn(actors::timer, 10ms);
  actors::janitor_actor janitor
    = spawn(actors::janitor, timer,
            actors::janitor_settings{1s, [count = cleaned] { ++*count; }});
};

} // namespace

TEST_SUITE_BEGIN("actors/janitor");

TEST_CASE_FIXTURE(janitor_fixture,
                  "it cleans after each interval, not before") {
  advance(900ms);
  CHECK(*cleaned == 0);
  advance(200ms);
  CHECK(*cleaned == 1);
  advance(3s);
  CHECK(*cleaned >= 3);
  CHECK(*cleaned <= 4);
}

TEST_SUITE_END();

} // namespace cohort::tests::janitor_test
