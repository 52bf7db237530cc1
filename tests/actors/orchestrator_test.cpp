#include "actors/orchestrator.hpp"

#include <doctest/doctest.h>

#include "actors/error.hpp"
#include "tests/support/task_fixture.hpp"

namespace cohort::tests::orchestrator_test {

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

struct orchestrator_fixture : tests::task_fixture {
  caf::expected<TaskAccepted> try_submit(const TaskRequest& what) {
    return ask<TaskAccepted>(orchestrator, what);
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/orchestrator");

TEST_CASE_FIXTURE(orchestrator_fixture, "an empty description is refused") {
  start();
  auto what = request();
  what.set_description(" \n\t");
  auto reply = try_submit(what);
  REQUIRE(!reply);
  CHECK(reply.error() == runtime::errc::invalid_request);
}

TEST_CASE_FIXTURE(orchestrator_fixture, "a relative workspace is refused") {
  start();
  auto what = request();
  what.set_workspace_root("somewhere");
  auto reply = try_submit(what);
  REQUIRE(!reply);
  CHECK(reply.error() == runtime::errc::workspace_unreadable);
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "a full table answers busy, and has room again") {
  settings.task.supervision.admission_limit = 1;
  world->answer
    = [](const WorkUnit&) -> std::optional<std::optional<AttemptResult>> {
    return std::optional<AttemptResult>{};
  };
  start();
  REQUIRE(try_submit(request()));
  advance(20ms);
  auto second = request();
  second.set_task_id("t2");
  auto reply = try_submit(second);
  REQUIRE(!reply);
  CHECK(reply.error() == runtime::errc::busy);
  CancelTask cancel;
  cancel.set_task_id("t1");
  CHECK(ask<TaskCancelled>(orchestrator, cancel));
  CHECK(try_submit(second));
}

TEST_CASE_FIXTURE(orchestrator_fixture, "cancelling an unknown task says so") {
  start();
  CancelTask cancel;
  cancel.set_task_id("nobody");
  auto reply = ask<TaskCancelled>(orchestrator, cancel);
  REQUIRE(!reply);
  CHECK(reply.error() == runtime::errc::not_found);
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "work that no executor can do is refused early") {
  start();
  auto what = request();
  what.set_description("write documentation for all public functions");
  submit(what);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_FAILED);
  CHECK(world->submitted.empty());
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "a build that cannot be set up is a precondition") {
  world->answer
    = [](const WorkUnit& unit) -> std::optional<std::optional<AttemptResult>> {
    if (!unit.has_prepare())
      return std::nullopt;
    AttemptResult failed;
    failed.mutable_error()->set_code(
      static_cast<uint32_t>(runtime::errc::no_toolchain));
    failed.mutable_error()->set_message("no build system was found");
    return std::optional{failed};
  };
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_PRECONDITION);
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "an orchestrator that is stopped takes its tasks along") {
  world->answer
    = [](const WorkUnit& unit) -> std::optional<std::optional<AttemptResult>> {
    if (unit.has_repair())
      return std::optional<AttemptResult>{}; // It never ends.
    return std::nullopt;
  };
  start();
  auto before = sys.registry().running();
  submit(request());
  CHECK(!result());
  CHECK(sys.registry().running() > before);
  caf::anon_send_exit(orchestrator, caf::exit_reason::user_shutdown);
  run();
  CHECK(sys.registry().running() == before - 1);
}

TEST_CASE("an orchestrator has parallel support only with a coordinator") {
  actors::orchestrator_settings settings;
  CHECK(!settings.has_parallel_support());
  settings = std::move(settings).with_parallel_execution(
    [](caf::local_actor*, unsigned) { return actors::coordinator_actor{}; });
  CHECK(settings.has_parallel_support());
}

TEST_SUITE_END();

} // namespace cohort::tests::orchestrator_test
