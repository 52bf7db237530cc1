#include "actors/progress_hub.hpp"

#include <doctest/doctest.h>

#include "actors/timer.hpp"
#include "tests/support/actor_fixture.hpp"

namespace cohort::tests::progress_hub_test {

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

struct hub_fixture : tests::actor_fixture {
  actors::timer_actor timer = spawn(actors::timer, 10ms);
  actors::progress_hub_actor hub = spawn(
    actors::progress_hub, timer,
    runtime::telemetry::progress_settings{.message_buffer_size = 3,
                                          .progress_update_interval = 200ms});
  tests::double_of<ProgressBatch> watcher = spawn_double<ProgressBatch>();

  void subscribe(const std::string& task) {
    Subscribe message;
    message.set_task_id(task);
    send_as(watcher.actor, hub, message);
  }

  void say(const std::string& task, const std::string& subject,
           bool terminal = false) {
    ProgressEvent event;
    event.set_task_id(task);
    event.set_kind(terminal ? PROGRESS_KIND_RESULT : PROGRESS_KIND_SUBTASK);
    event.set_subject(subject);
    event.set_terminal(terminal);
    self->send(hub, event);
    run();
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/progress_hub");

TEST_CASE_FIXTURE(hub_fixture, "news comes no more often than the interval") {
  subscribe("");
  say("t", "s1");
  say("t", "s2");
  CHECK(watcher.got<ProgressBatch>().empty());
  advance(250ms);
  REQUIRE(watcher.got<ProgressBatch>().size() == 1);
  CHECK(watcher.last<ProgressBatch>().events_size() == 2);
}

TEST_CASE_FIXTURE(hub_fixture,
                  "a full buffer keeps the newest of each subject") {
  subscribe("");
  for (int i = 0; i < 10; ++i)
    say("t", "s1");
  say("t", "s2");
  advance(250ms);
  CHECK(watcher.last<ProgressBatch>().events_size() <= 3);
  CHECK(watcher.last<ProgressBatch>().coalesced() > 0);
}

TEST_CASE_FIXTURE(hub_fixture, "a terminal event goes out at once") {
  subscribe("t");
  say("t", "s1");
  say("t", "", true);
  REQUIRE(watcher.got<ProgressBatch>().size() == 1);
  CHECK(watcher.last<ProgressBatch>().events_size() == 2);
}

TEST_CASE_FIXTURE(hub_fixture, "other tasks are not told") {
  subscribe("t");
  say("u", "s1");
  advance(250ms);
  CHECK(watcher.got<ProgressBatch>().empty());
}

TEST_SUITE_END();

} // namespace cohort::tests::progress_hub_test
