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

  void let_no_repair_end() const {
    world->answer =
      [](const WorkUnit& unit) -> std::optional<std::optional<AttemptResult>> {
      if (unit.has_repair())
        return std::optional<AttemptResult>{};
      return std::nullopt;
    };
  }
};

/// Keeps what it is asked to keep only in its head, until it is told to answer.
struct slow_journal {
  using asker = caf::typed_actor<messages::accepts<EventsStored>>;
  std::vector<std::pair<caf::weak_actor_ptr, EventsStored>> answers;

  void answer_all() {
    for (auto& [to, stored] : std::exchange(answers, {}))
      if (auto alive = to.lock())
        caf::anon_send(caf::actor_cast<asker>(alive), stored);
  }
};

actors::journal_actor::behavior_type
answer_later(actors::journal_actor::pointer self,
             std::shared_ptr<slow_journal> journal) {
  return {
    [=](const AppendEvents& append) {
      EventsStored stored;
      stored.set_task_id(append.events(0).task_id());
      journal->answers.emplace_back(
        caf::actor_cast<caf::weak_actor_ptr>(self->current_sender()), stored);
    },
    [](const ReadEvents&) {},
    [](messages::flush_atom) {},
  };
}

class full_log final : public runtime::journal::event_log {
public:
  std::function<bool(const Event&)> is_full = [](const Event&) { return true; };

  runtime::expected<void> append(std::vector<Event>& events) override {
    if (std::any_of(events.begin(), events.end(), is_full))
      return runtime::error{runtime::errc::storage_failed, "disk full"};
    return inner_->append(events);
  }
  runtime::expected<std::vector<Event>> read(const std::string& id) override {
    return inner_->read(id);
  }
  runtime::expected<std::vector<std::string>> tasks() override {
    return inner_->tasks();
  }
  runtime::expected<std::vector<Event>> unfinished() override {
    return inner_->unfinished();
  }
  runtime::expected<uint64_t> next_epoch() override {
    return inner_->next_epoch();
  }

private:
  std::unique_ptr<event_log> inner_ = runtime::journal::make_memory_log();
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

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "of a hundred tasks that come at once ten are taken, ninety "
                  "hear when to ask again, and the ten end well") {
  auto journal = std::make_shared<slow_journal>();
  others.journal = spawn(answer_later, journal);
  start();
  auto tasks = 0;
  using answer_type = decltype(self->request(orchestrator, 3600s, request()));
  std::vector<answer_type> answers;
  for (; tasks < 100; ++tasks) {
    auto one = request();
    one.set_task_id("task " + std::to_string(tasks));
    answers.push_back(self->request(orchestrator, 3600s, one));
  }
  for (auto i = 0; i < 100; ++i) { // Each turn the disk has what was written.
    advance(20ms);
    journal->answer_all();
  }
  auto taken = 0;
  auto refused = 0;
  for (auto& answer : answers)
    answer.receive([&](const TaskAccepted&) { ++taken; },
                   [&](const caf::error& why) {
                     ++refused;
                     auto known = actors::from_caf(sys, why);
                     CHECK(known.code == runtime::errc::busy);
                     CHECK(known.retry_after_seconds >= 1);
                     CHECK(known.message
                           == "10 tasks run already; try again in 1 s");
                   });
  CHECK(taken == 10);
  CHECK(refused == 90);
  std::set<std::string> done;
  for (auto& batch : watcher.got<ProgressBatch>())
    for (auto& event : batch.events())
      if (event.kind() == PROGRESS_KIND_RESULT
          && event.result().outcome() == TASK_OUTCOME_DONE)
        done.insert(event.task_id());
  CHECK(done.size() == 10);
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
  let_no_repair_end();
  start();
  auto before = sys.registry().running();
  submit(request());
  CHECK(!result());
  CHECK(sys.registry().running() > before);
  caf::anon_send_exit(orchestrator, caf::exit_reason::user_shutdown);
  run();
  CHECK(sys.registry().running() == before - 1);
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "a task is accepted when the journal has it, not before") {
  auto journal = std::make_shared<slow_journal>();
  others.journal = spawn(answer_later, journal);
  start();
  auto reply = try_submit(request());
  REQUIRE(!reply);
  CHECK(reply.error() == caf::sec::request_timeout);
  auto pending = self->request(orchestrator, 1s, [&] {
    auto more = request();
    more.set_task_id("t2");
    return more;
  }());
  run();
  journal->answer_all();
  run();
  pending.receive([](const TaskAccepted& x) { CHECK(x.task_id() == "t2"); },
                  [](const caf::error&) { CHECK(false); });
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "a task that the journal cannot take is not accepted") {
  log = std::make_shared<full_log>();
  start();
  auto reply = try_submit(request());
  REQUIRE(!reply);
  CHECK(reply.error() == runtime::errc::storage_failed);
  advance(50ms);
  REQUIRE(result());
  CHECK(result()->summary() == "disk full");
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "a result that the journal cannot take says so") {
  auto failing = std::make_shared<full_log>();
  failing->is_full = [](const Event& event) { return event.has_finished(); };
  log = failing;
  start();
  submit(request());
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_DONE);
  CHECK(result()->summary().find("not in the journal: disk full")
        != std::string::npos);
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "a task whose supervisor dies has ended for good, once the "
                  "journal has it") {
  auto journal = std::make_shared<slow_journal>();
  others.journal = spawn(answer_later, journal);
  start();
  auto pending = self->request(orchestrator, 1s, request());
  run();
  auto supervisor = journal->answers.at(0).first.lock();
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  advance(50ms);
  CHECK(!result());
  journal->answer_all();
  advance(50ms);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_INTERNAL_ERROR);
  pending.receive([](const TaskAccepted&) { CHECK(false); },
                  [](const caf::error& why) {
                    CHECK(why == runtime::errc::internal);
                  });
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "a task that is cancelled while workers are counted ends") {
  settings.counts_workers = true;
  start();
  auto accepted = self->request(orchestrator, 1s, request());
  CancelTask cancel;
  cancel.set_task_id("t1");
  auto cancelled = self->request(orchestrator, 1s, cancel);
  run();
  accepted.receive([](const TaskAccepted&) {},
                   [](const caf::error&) { CHECK(false); });
  cancelled.receive([](const TaskCancelled&) {},
                    [](const caf::error&) { CHECK(false); });
  advance(50ms);
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_CANCELLED);
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "a task's units get no more time than it has left") {
  start();
  auto what = request();
  what.mutable_limits()->mutable_budget()->set_seconds(3600);
  submit(what);
  REQUIRE(result());
  auto bounded = std::count_if(world->submitted.begin(), world->submitted.end(),
                               [](auto& unit) {
                                 return unit.has_time_left()
                                        && unit.time_left().seconds() >= 3590
                                        && unit.time_left().seconds() <= 3600;
                               });
  // All of them: what is known needs no check for the gates.
  CHECK(static_cast<size_t>(bounded) == world->submitted.size());
  CHECK(count_units(WorkUnit::kRepair) == 3);
}

TEST_CASE_FIXTURE(
  orchestrator_fixture,
  "an orchestrator that drains takes nothing in, and leaves its "
  "tasks to whoever reads the journal") {
  auto asker = spawn_double<Drained>();
  let_no_repair_end();
  start();
  submit(request());
  REQUIRE(coordinators.size() == 1);
  SUBCASE("while a task has a coordinator") {
    send_as(asker.actor, orchestrator, Drain{});
    CHECK(asker.got<Drained>().size() == 1);
  }
  SUBCASE("when the coordinator dies meanwhile") {
    caf::anon_send_exit(coordinators[0], caf::exit_reason::kill);
    send_as(asker.actor, orchestrator, Drain{});
    advance(50ms);
    CHECK(asker.got<Drained>().size() == 1);
  }
  auto more = request();
  more.set_task_id("t2");
  auto reply = try_submit(more);
  REQUIRE(!reply);
  CHECK(reply.error() == runtime::errc::busy);
  CHECK(actors::from_caf(sys, reply.error()).message
        == "the head is stopping; try again in 10 s");
  CHECK(!result());
  auto events = log->read("t1");
  REQUIRE(events);
  CHECK(std::none_of(events->begin(), events->end(), [](auto& event) {
    return event.has_finished() || event.has_cancelled();
  }));
  caf::anon_send_exit(orchestrator, caf::exit_reason::user_shutdown);
  run(); // The task would keep its actors alive.
}

TEST_CASE_FIXTURE(orchestrator_fixture,
                  "an orchestrator without tasks is drained at once") {
  auto asker = spawn_double<Drained>();
  start();
  send_as(asker.actor, orchestrator, Drain{});
  CHECK(asker.got<Drained>().size() == 1);
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
