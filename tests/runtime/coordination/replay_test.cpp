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

TEST_CASE("at each step, the events tell what a supervisor has found out") {
  for (auto mode : {pb::EXECUTION_MODE_PARALLEL, pb::EXECUTION_MODE_SEQUENTIAL})
    for (auto& story : stories) {
      auto& name = story.first;
      auto& prepare = story.second;
      CAPTURE(name);
      machines live;
      prepare(live);
      live.feed(machines::request(mode));
      for (;;) {
        cohort::runtime::coordination::supervisor_state replayed;
        for (auto& event : live.journal)
          cohort::runtime::coordination::evolve(replayed, event);
        CHECK(told(replayed) == told(live.supervisor));
        if (live.open.empty())
          break;
        live.answer_first();
      }
      REQUIRE(live.results.size() == 1);
    }
}

} // namespace cohort::tests::replay_test
