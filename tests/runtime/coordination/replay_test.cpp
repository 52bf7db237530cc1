#include <doctest/doctest.h>

#include <set>

#include "tests/runtime/coordination/machines.hpp"
#include "tests/runtime/coordination/told.hpp"

namespace cohort::tests::replay_test {

/// What was decided can be read back from the events alone, at any time.

using namespace cohort::tests;
using cohort::runtime::errc;
using cohort::runtime::error;

namespace {

/// A life of a coordinator that has all kinds of events.
using story = std::function<void(machines&)>;

const std::vector<std::pair<std::string, story>> stories{
  {"all is well", [](machines&) {}},
  {"without council", [](machines& m) { m.coordinating.council = false; }},
  {"in order",
   [](machines& m) {
     m.world.also_reads = {{"a.cc", "b.cc"}};
   }},
  {"checked again",
   [](machines& m) {
     m.world.also_reads = {{"f.cc", "c.cc"}};
   }},
  {"one cannot be repaired",
   [](machines& m) { m.world.unrepairable = {"b.cc"}; }},
  {"a conflict",
   [](machines& m) {
     m.world.conflicting = "b.cc";
     m.world.conflicts = 1;
   }},
  {"conflicts without end",
   [](machines& m) {
     m.world.conflicting = "b.cc";
     m.world.conflicts = 9;
   }},
  {"one is withdrawn",
   [](machines& m) {
     m.world.also_reads = {{"d.cc", "b.cc"}};
     m.world.brittle = {"d.cc"};
   }},
  {"one fails",
   [](machines& m) {
     m.world.answer = [](const pb::WorkUnit& unit)
       -> std::optional<std::optional<pb::AttemptResult>> {
       if (unit.repair().subtask().id() != "s2")
         return std::nullopt;
       pb::AttemptResult result;
       result.set_attempt(3);
       result.mutable_error()->set_message("died");
       return std::optional{result};
     };
   }},
  {"refused",
   [](machines& m) {
     m.council = [](const pb::ReviewRequest&) { return pb::ReviewOutcome{}; };
   }},
};

/// A coordinator that is started with all that the journal holds.
machines restarted(const machines& live) {
  auto result = live;
  auto start = live.coordinator->start;
  start.mutable_history()->Add(live.journal.begin(), live.journal.end());
  start.set_start(start.start() + 1);
  result.lose_coordinator();
  result.feed_coordinator(std::move(start));
  return result;
}

/// What is asked for, without the checks: a new coordinator makes those again.
std::multiset<std::string> asked_for(const machines& m) {
  std::multiset<std::string> result;
  for (auto& name : m.names_of_open())
    if (!name.starts_with("check"))
      result.insert(name);
  return result;
}

} // namespace

TEST_CASE("at each step, the events alone give the coordinator's state") {
  for (auto& story : stories) {
    auto& name = story.first;
    auto& prepare = story.second;
    CAPTURE(name);
    machines live;
    prepare(live);
    live.feed_coordinator(live.start_message());
    for (;;) {
      CHECK(told_by_events(live) == told(*live.coordinator));
      if (live.open.empty())
        break;
      live.answer_first();
    }
    CHECK(live.reports.size() == 1);
  }
}

TEST_CASE("a coordinator that dies at any step is followed by one that asks "
          "for the same and ends with the same") {
  for (auto& story : stories) {
    auto& name = story.first;
    auto& prepare = story.second;
    CAPTURE(name);
    machines live;
    prepare(live);
    live.feed_coordinator(live.start_message());
    auto whole = live;
    whole.run();
    auto& expected = whole.reports.at(0);
    for (;; live.answer_first()) {
      CAPTURE(live.journal.size());
      auto other = restarted(live);
      CHECK(asked_for(other) == asked_for(live));
      other.run();
      auto& report = other.reports.back();
      CHECK(report.tree() == expected.tree());
      CHECK(report.needs_fallback() == expected.needs_fallback());
      CHECK(report.refused() == expected.refused());
      CHECK(report.why() == expected.why());
      CHECK(report.rounds() == expected.rounds());
      REQUIRE(report.subtasks_size() == expected.subtasks_size());
      for (int i = 0; i < report.subtasks_size(); ++i)
        CHECK(report.subtasks(i).state() == expected.subtasks(i).state());
      if (live.open.empty())
        break;
    }
  }
}

TEST_CASE("a coordinator that dies after its end reports the same again") {
  for (auto& story : stories) {
    auto& name = story.first;
    auto& prepare = story.second;
    CAPTURE(name);
    machines live;
    prepare(live);
    live.feed_coordinator(live.start_message());
    live.run();
    auto again = restarted(live);
    REQUIRE(again.reports.size() == 2);
    CHECK(again.reports[1].SerializeAsString()
          == live.reports[0].SerializeAsString());
  }
}

TEST_CASE("a failure is in the journal") {
  machines live;
  live.feed_coordinator(live.start_message());
  live.run("repair");
  live.fail_unit(live.take("repair s2"), "died");
  CHECK(told_by_events(live) == told(*live.coordinator));
  live.run();
  CHECK(told_by_events(live) == told(*live.coordinator));
  CHECK(restarted(live).reports.back().needs_fallback());
}

TEST_CASE("an older coordinator's tickets mean nothing to its successor") {
  machines live;
  live.feed_coordinator(live.start_message());
  live.run("repair");
  auto old = live.take("repair s1");
  auto next = restarted(live);
  auto late = next.world.carry_out(*old.as<pb::WorkUnit>());
  CHECK(next.feed_coordinator(std::move(late)) == 0);
  next.run();
  CHECK(next.reports.back().tree() == "tree:");
}

namespace {

/// What must not be asked for again: by name, as `name_of` has it.
std::set<std::string> done_by(const std::vector<pb::Event>& events) {
  std::set<std::string> result;
  for (auto& event : events) {
    switch (event.payload_case()) {
      case pb::Event::kSnapshot:
        result.insert("snapshot");
        break;
      case pb::Event::kPrepared:
        result.insert("prepare");
        break;
      case pb::Event::kRoundStarted:
        std::erase_if(result, [](auto& x) { return x.starts_with("repair"); });
        break;
      case pb::Event::kCouncil:
        result.insert("review");
        break;
      case pb::Event::kCompleted:
        result.insert("repair " + event.completed().subtask_id());
        break;
      case pb::Event::kConflicted:
        result.erase("repair " + event.conflicted().subtask_id());
        break;
      case pb::Event::kFallbackStarted:
        result.erase("repair s1"); // The fallback's own has that name, too.
        break;
      case pb::Event::kFallbackFinished:
        result.insert("repair");
        break;
      case pb::Event::kReverted:
        result.insert("revert");
        break;
      case pb::Event::kDelivered:
        result.insert("deliver");
        break;
      default:
        break;
    }
  }
  return result;
}

/// Another process has the first `size` events, and does the rest.
void check_resumed(const machines& live, size_t size,
                   const pb::TaskResult& expected) {
  CAPTURE(size);
  auto other = live;
  other.results.clear();
  other.reports.clear();
  other.journal.resize(size);
  other.resume();
  CHECK(supervisor_told_by_events(other) == told(other.supervisor));
  while (!other.open.empty()) {
    auto done = done_by(other.journal);
    auto asked = name_of(other.open.front());
    CAPTURE(asked);
    CHECK(done.count(asked) == 0);
    if (asked.starts_with("repair"))
      CHECK(done.count("repair") == 0);
    other.answer_first();
  }
  REQUIRE(other.results.size() == 1);
  auto& result = other.results[0];
  CHECK(result.patch().result_tree() == expected.patch().result_tree());
  CHECK(result.outcome() == expected.outcome());
  CHECK(result.summary() == expected.summary());
  CHECK(result.branch() == expected.branch());
  CHECK(result.fell_back() == expected.fell_back());
  CHECK(result.fallback_reason() == expected.fallback_reason());
  REQUIRE(result.subtasks_size() == expected.subtasks_size());
  for (int i = 0; i < result.subtasks_size(); ++i)
    CHECK(result.subtasks(i).state() == expected.subtasks(i).state());
}

/// Runs each story in both modes.
void for_each_task(const std::function<void(machines)>& check) {
  for (auto mode : {pb::EXECUTION_MODE_PARALLEL, pb::EXECUTION_MODE_SEQUENTIAL})
    for (auto& each : stories) {
      auto& name = each.first;
      auto& prepare = each.second;
      CAPTURE(name);
      CAPTURE(mode);
      machines live;
      prepare(live);
      live.feed(machines::request(mode));
      check(std::move(live));
    }
}

} // namespace

TEST_CASE("at each step, the events alone give the supervisor's state") {
  for_each_task([](machines live) {
    for (;;) {
      CHECK(supervisor_told_by_events(live) == told(live.supervisor));
      if (live.open.empty())
        break;
      live.answer_first();
    }
    REQUIRE(live.results.size() == 1);
  });
}

TEST_CASE("whoever takes a task over after any of its events asks for nothing "
          "that was done, and ends with the same") {
  for_each_task([](machines live) {
    auto whole = live;
    whole.run();
    REQUIRE(whole.results.size() == 1);
    size_t seen = 0;
    for (;; live.answer_first()) {
      for (; seen < live.journal.size(); ++seen)
        if (!live.journal[seen].has_finished())
          check_resumed(live, seen + 1, whole.results[0]);
      if (live.open.empty())
        break;
    }
  });
}

TEST_CASE("a task that is taken over after each decision ends with the same") {
  for_each_task([](machines live) {
    auto whole = live;
    whole.run();
    while (live.results.empty()) {
      auto events = live.journal.size();
      live.answer_first();
      if (live.results.empty() && live.journal.size() > events)
        live.resume();
    }
    CHECK(live.results[0].patch().result_tree()
          == whole.results[0].patch().result_tree());
    CHECK(live.results[0].summary() == whole.results[0].summary());
  });
}

TEST_CASE("whoever takes over a task that has ended gives its result again") {
  machines live;
  live.feed(machines::request());
  live.run();
  auto events = live.journal.size();
  live.resume();
  CHECK(live.journal.size() == events);
  REQUIRE(live.results.size() == 2);
  CHECK(live.results[1].SerializeAsString()
        == live.results[0].SerializeAsString());
}

TEST_CASE("a plan ends with its process") {
  machines live;
  auto request = machines::request();
  request.set_plan_only(true);
  live.feed(request);
  live.run("check");
  live.resume();
  REQUIRE(live.results.size() == 1);
  CHECK(live.results[0].outcome() == pb::TASK_OUTCOME_CANCELLED);
  CHECK(live.open.empty());
}

TEST_CASE("a cancelled task stays cancelled") {
  machines live;
  live.feed(machines::request());
  live.run("repair");
  live.feed(cohort::runtime::coordination::cancelled{"interrupted"});
  live.results.clear();
  // The process ended before everything had stopped.
  std::erase_if(live.journal, [](auto& event) { return event.has_finished(); });
  live.open.clear();
  live.resume();
  REQUIRE(live.results.size() == 1);
  CHECK(live.results[0].outcome() == pb::TASK_OUTCOME_CANCELLED);
  CHECK(live.results[0].summary() == "interrupted");
  CHECK(live.open.empty());
}

TEST_CASE("a task whose time was over is handed over as it was then") {
  machines live;
  live.feed(machines::request());
  live.run("repair");
  live.answer("repair s1");
  live.answer("merge");
  live.feed(cohort::runtime::coordination::deadline_passed{});
  // The process ended before the coordinator had its last word.
  std::erase_if(live.journal,
                [](auto& event) { return event.has_coordination_finished(); });
  live.resume();
  CHECK(!live.coordinator);
  live.run();
  REQUIRE(live.results.size() == 1);
  CHECK(live.results[0].outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(live.results[0].patch().result_tree() == "tree:b.cc,c.cc");
}

} // namespace cohort::tests::replay_test
