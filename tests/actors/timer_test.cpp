#include "actors/timer.hpp"

#include <doctest/doctest.h>

#include "tests/support/actor_fixture.hpp"

namespace cohort::tests::timer_test {

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

struct timer_fixture : tests::actor_fixture {
  actors::timer_actor timer = spawn(actors::timer, 10ms);
  tests::double_of<TimerExpired> owner = spawn_double<TimerExpired>();

  void start(uint64_t id, uint64_t delay_ms) {
    StartTimer message;
    message.set_id(id);
    message.set_delay_ms(delay_ms);
    send_as(owner.actor, timer, message);
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/timer");

TEST_CASE_FIXTURE(timer_fixture, "a timer expires at its time and not before") {
  start(1, 100);
  advance(90ms);
  CHECK(owner.got<TimerExpired>().empty());
  advance(20ms);
  REQUIRE(owner.got<TimerExpired>().size() == 1);
  CHECK(owner.last<TimerExpired>().id() == 1);
}

TEST_CASE_FIXTURE(timer_fixture,
                  "timers expire in the order of their deadlines") {
  start(1, 300);
  start(2, 100);
  start(3, 100);
  advance(400ms);
  REQUIRE(owner.got<TimerExpired>().size() == 3);
  CHECK(owner.got<TimerExpired>()[0].id() == 2);
  CHECK(owner.got<TimerExpired>()[1].id() == 3);
  CHECK(owner.got<TimerExpired>()[2].id() == 1);
}

TEST_CASE_FIXTURE(timer_fixture,
                  "a timer of an actor that is gone is forgotten") {
  start(1, 100);
  caf::anon_send_exit(owner.actor, caf::exit_reason::kill);
  advance(200ms);
  CHECK(owner.got<TimerExpired>().empty());
}

TEST_SUITE_END();

} // namespace cohort::tests::timer_test
