#include <doctest/doctest.h>

#include <map>
#include <set>

#include "actors/error.hpp"
#include "tests/support/task_fixture.hpp"

namespace cohort::tests::resume_test {

/// A task that another process had begun goes on from its journal.

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

using answered = std::optional<std::optional<AttemptResult>>;
using events = std::vector<Event>;

/// Another process's head, with what the journal had held when that one ended.
struct next_head : tests::task_fixture {
  void begin_with(events past) {
    start();
    REQUIRE(log->append(past));
  }

  static EventList history(const events& past) {
    EventList result;
    result.mutable_events()->Add(past.begin(), past.end());
    return result;
  }

  caf::expected<TaskAccepted> resume(const EventList& past) {
    auto reply = ask<TaskAccepted>(orchestrator, past);
    advance(50ms);
    return reply;
  }

  caf::expected<TaskAccepted> resume(const events& past) {
    return resume(history(past));
  }
};

/// What may happen to a task.
struct story {
  std::string name;
  ExecutionMode mode = EXECUTION_MODE_PARALLEL;
  std::function<void(tests::fake_world&)> prepare = [](tests::fake_world&) {};
};

answered fail_second(const WorkUnit& unit) {
  if (unit.repair().subtask().id() != "s2")
    return std::nullopt;
  AttemptResult result;
  result.set_attempt(3);
  result.mutable_error()->set_message("died");
  return std::optional{result};
}

const std::vector<story> stories{
  {"parallel"},
  {"sequential", EXECUTION_MODE_SEQUENTIAL},
  {"fallback", EXECUTION_MODE_PARALLEL,
   [](tests::fake_world& world) { world.answer = fail_second; }},
  {"a gate fails", EXECUTION_MODE_SEQUENTIAL,
   [](tests::fake_world& world) {
     world.also_reads = {{"d.cc", "b.cc"}};
     world.brittle = {"d.cc"};
   }},
  {"a conflict", EXECUTION_MODE_PARALLEL,
   [](tests::fake_world& world) {
     world.conflicting = "b.cc";
     world.conflicts = 1;
   }},
};

events journal_of(const story& what, TaskResult& result) {
  tests::task_fixture head;
  head.coordination.decomposition.strategy = "file_based";
  what.prepare(*head.world);
  head.start();
  head.submit(head.request(what.mode));
  REQUIRE(head.result());
  result = *head.result();
  auto all = head.log->read("t1");
  REQUIRE(all);
  return *all;
}

bool finished(const events& past) {
  return std::any_of(past.begin(), past.end(),
                     [](auto& event) { return event.has_finished(); });
}

/// Subtasks whose patch is in the journal and does not have to be made again.
std::set<std::string> made(const events& past) {
  std::set<std::string> result;
  for (auto& event : past) {
    if (event.has_round_started())
      result.clear();
    if (event.has_completed())
      result.insert(event.completed().subtask_id());
    if (event.has_conflicted())
      result.erase(event.conflicted().subtask_id());
    if (event.has_fallback_started())
      result.erase("s1"); // The fallback's own has that name, too.
    if (event.has_fallback_finished())
      result.insert("s1");
  }
  return result;
}

} // namespace

TEST_SUITE_BEGIN("actors/resume");

TEST_CASE("from every event on, another process ends a task with the same "
          "tree, and repairs nothing twice") {
  for (auto& what : stories) {
    CAPTURE(what.name);
    TaskResult expected;
    auto all = journal_of(what, expected);
    for (size_t size = 1; size <= all.size(); ++size) {
      CAPTURE(size);
      events past{all.begin(), all.begin() + static_cast<ptrdiff_t>(size)};
      if (finished(past))
        continue;
      next_head head;
      head.coordination.decomposition.strategy = "file_based";
      what.prepare(*head.world);
      for (auto& event : past)
        head.world->conflicts -= event.has_conflicted() ? 1 : 0;
      head.begin_with(past);
      REQUIRE(head.resume(past));
      REQUIRE(head.result());
      CHECK(head.result()->patch().result_tree()
            == expected.patch().result_tree());
      CHECK(head.result()->outcome() == expected.outcome());
      CHECK(head.result()->summary() == expected.summary());
      auto all_now = head.log->read("t1");
      REQUIRE(all_now);
      events seen;
      std::map<std::string, int> merges;
      for (auto& event : *all_now) {
        if (event.has_dispatched() && event.sequence() > size)
          CHECK(made(seen).count(event.dispatched().subtask_id()) == 0);
        if (event.has_round_started())
          merges.clear();
        if (event.has_merged())
          CHECK(++merges[event.merged().subtask_id()] == 1);
        seen.push_back(event);
      }
    }
  }
}

TEST_CASE_FIXTURE(next_head, "a task that had ended gives its result again") {
  TaskResult expected;
  auto all = journal_of(stories[0], expected);
  begin_with(all);
  auto reply = resume(all);
  REQUIRE(reply);
  CHECK(reply->task_id() == "t1");
  REQUIRE(result());
  CHECK(result()->branch() == expected.branch());
  CHECK(world->submitted.empty());
  CHECK(world->deliveries == 0);
}

TEST_CASE_FIXTURE(next_head, "a report adds up what all processes took") {
  TaskResult expected;
  auto past = journal_of(stories[0], expected);
  auto done = std::find_if(past.begin(), past.end(),
                           [](auto& event) { return event.has_completed(); });
  REQUIRE(done != past.end());
  auto& result_then = *done->mutable_completed()->mutable_result();
  result_then.set_worker("of another process");
  result_then.mutable_metrics()->set_wall_seconds(70);
  past.erase(std::next(done), past.end());
  for (size_t i = 0; i < past.size(); ++i)
    past[i].mutable_time()->set_seconds(1000 + 10 * static_cast<int64_t>(i));
  begin_with(past);
  REQUIRE(resume(past));
  REQUIRE(result());
  auto before = 10.0 * static_cast<double>(past.size() - 1);
  CHECK(result()->wall_seconds() >= before);
  CHECK(result()->wall_seconds() < before + 60);
  CHECK(result()->sequential_estimate_seconds() >= 70);
  auto& workers = result()->workers();
  auto other = std::find_if(workers.begin(), workers.end(), [](auto& worker) {
    return worker.worker() == "of another process";
  });
  REQUIRE(other != workers.end());
  CHECK(other->units() == 1);
  CHECK(other->subtasks() == 1);
}

TEST_CASE_FIXTURE(next_head, "what goes on counts for admission, and is never "
                             "told that the head is busy") {
  TaskResult expected;
  auto all = journal_of(stories[0], expected);
  settings.task.supervision.admission_limit = 1;
  world->answer = [](const WorkUnit&) -> answered {
    return std::optional<AttemptResult>{};
  };
  begin_with({all[0]});
  REQUIRE(resume({all[0]}));
  auto more = request();
  more.set_task_id("t2");
  auto reply = ask<TaskAccepted>(orchestrator, more);
  REQUIRE(!reply);
  CHECK(reply.error() == runtime::errc::busy);
  auto other = all[0];
  other.set_task_id("t3");
  other.mutable_accepted()->mutable_request()->set_task_id("t3");
  CHECK(resume({other}));
}

TEST_CASE_FIXTURE(next_head,
                  "a journal that cannot be gone on from is refused, and the "
                  "others go on") {
  TaskResult expected;
  auto all = journal_of(stories[0], expected);
  begin_with({all[0]});
  auto unknown = all;
  unknown[3].clear_payload();
  for (auto& [past, code] : std::vector<std::pair<events, runtime::errc>>{
         {{}, runtime::errc::not_found},
         {{all[1]}, runtime::errc::invalid_message},
         {unknown, runtime::errc::invalid_message}}) {
    auto reply = resume(past);
    REQUIRE(!reply);
    CHECK(reply.error() == code);
  }
  CHECK(!result());
  REQUIRE(resume({all[0]}));
  CHECK(result());
}

TEST_CASE_FIXTURE(next_head, "a task goes on once at a time") {
  TaskResult expected;
  auto all = journal_of(stories[0], expected);
  world->answer = [](const WorkUnit&) -> answered {
    return std::optional<AttemptResult>{};
  };
  begin_with({all[0]});
  REQUIRE(resume({all[0]}));
  auto twice = resume({all[0]});
  REQUIRE(!twice);
  CHECK(twice.error() == runtime::errc::invalid_request);
}

TEST_CASE_FIXTURE(next_head, "a budget goes on from when it was accepted") {
  TaskResult expected;
  auto all = journal_of(stories[0], expected);
  auto& limits
    = *all[0].mutable_accepted()->mutable_request()->mutable_limits();
  limits.mutable_budget()->set_seconds(60);
  auto& accepted
    = *all[0].mutable_accepted()->mutable_request()->mutable_accepted();
  accepted.set_seconds(accepted.seconds() - 3600);
  world->answer = [](const WorkUnit&) -> answered {
    return std::optional<AttemptResult>{};
  };
  begin_with({all[0]});
  REQUIRE(resume({all[0]}));
  REQUIRE(result());
  CHECK(result()->outcome() == TASK_OUTCOME_FAILED);
  CHECK(result()->summary().find("time is over") != std::string::npos);
}

TEST_SUITE_END();

} // namespace cohort::tests::resume_test
