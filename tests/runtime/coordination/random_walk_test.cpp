#include <doctest/doctest.h>

#include <random>
#include <set>

#include "tests/runtime/coordination/machines.hpp"
#include "tests/runtime/coordination/told.hpp"

namespace cohort::tests::random_walk_test {

/// Whole tasks with whatever may go wrong, in any order, and what must hold of
/// each. A walk is repeated by its seed alone.

using namespace cohort::tests;
using cohort::runtime::errc;
using cohort::runtime::error;
using cohort::runtime::coordination::cancelled;
using cohort::runtime::coordination::coordinator_down;
using cohort::runtime::coordination::coordinator_phase;
using cohort::runtime::coordination::deadline_passed;
using cohort::runtime::coordination::supervisor_phase;

namespace {

class random_task : public machines {
public:
  explicit random_task(uint32_t seed) : random_{seed} {
    auto files = world.units;
    for (auto& file : files) {
      if (chance(50))
        world.broken.insert(file);
      if (chance(15))
        world.unrepairable.insert(file);
      if (chance(30))
        world.also_reads[file] = files[below(files.size())];
      if (world.also_reads.count(file) > 0 && chance(40))
        world.brittle.insert(file);
    }
    coordinating.council = chance(80);
    coordinating.decomposition.strategy = chance(70) ? "file_based"
                                                     : "error_type_based";
    supervising.supervision.fallback = chance(70);
    supervising.supervision.max_coordinator_restarts
      = static_cast<unsigned>(below(4));
    coordinating.supervision = supervising.supervision;
    council = [this](const pb::ReviewRequest& request) {
      return decide_plan(request);
    };
  }

  random_task(const random_task&) = delete;
  random_task& operator=(const random_task&) = delete;

  /// Walks until there is a result, or nothing is open, or it takes too long.
  void walk() {
    feed(request(chance(80) ? pb::EXECUTION_MODE_PARALLEL
                            : pb::EXECUTION_MODE_SEQUENTIAL));
    for (auto step = 0; step < 2'000 && results.empty() && !open.empty();
         ++step) {
      if (chance(12))
        disturb();
      else
        answer_any();
      look();
    }
  }

  /// Inputs of all kinds, each at the wrong time.
  void disturb() {
    switch (below(9)) {
      case 0:
        if (is_coordinator_alive() && chance(60)) {
          lose_coordinator();
          feed(coordinator_down{"signal 11"});
        }
        return;
      case 1:
        if (chance(10))
          feed(deadline_passed{});
        return;
      case 2:
        if (chance(5))
          feed(cancelled{"interrupted"});
        return;
      case 3:
        if (chance(5))
          feed(error{errc::storage_failed, "disk full"});
        return;
      case 4:
        if (is_coordinator_alive() && chance(5))
          feed_coordinator(error{errc::storage_failed, "disk full"});
        return;
      case 5:
        if (results.empty() && chance(40)) {
          old_.clear(); // Answers to a process that is gone reach nobody.
          resume();
        }
        return;
      default:
        repeat();
    }
  }

private:
  uint32_t below(size_t n) {
    return static_cast<uint32_t>(random_() % n);
  }

  bool chance(uint32_t percent) {
    return below(100) < percent;
  }

  bool is_coordinator_alive() const {
    return coordinator && coordinator->phase != coordinator_phase::done;
  }

  pb::ReviewOutcome decide_plan(const pb::ReviewRequest& request) {
    pb::ReviewOutcome outcome;
    outcome.set_approved(chance(90));
    *outcome.mutable_decomposition() = request.decomposition();
    if (chance(20))
      outcome.mutable_decomposition()->mutable_subtasks()->RemoveLast();
    outcome.set_reason("by chance");
    return outcome;
  }

  void answer_any() {
    auto it = open.begin() + static_cast<std::ptrdiff_t>(below(open.size()));
    auto asked = std::move(*it);
    open.erase(it);
    // Only what a machine may hear twice by mistake: an attempt's result.
    if (asked.as<pb::WorkUnit>() != nullptr)
      old_.push_back(asked);
    check_known(asked);
    if (asked.as<pb::WorkUnit>() != nullptr && chance(10))
      fail_unit(asked, "died");
    else if (asked.as<pb::MergePatch>() != nullptr && chance(20))
      conflict_in("a.cc");
    else
      answer(asked);
  }

  /// An answer comes again: of this coordinator, or of an older one.
  void repeat() {
    if (old_.empty())
      return;
    auto& asked = old_[below(old_.size())];
    auto result = world.carry_out(*asked.as<pb::WorkUnit>());
    for (auto& waiting : open)
      if (auto* unit = waiting.as<pb::WorkUnit>();
          unit != nullptr && waiting.is_coordinators == asked.is_coordinators
          && unit->ticket() == result.ticket())
        return; // The number is in use again, so this would be its answer.
    if (!asked.is_coordinators)
      CHECK(feed(result) == 0);
    else if (coordinator && results.empty())
      CHECK(feed_coordinator(result) == 0);
  }

  /// Nobody is told anything untrue of a tree.
  void check_known(const question& asked) {
    auto name = name_of(asked);
    CAPTURE(name);
    auto compare = [&](const std::string& tree, auto& all) {
      CAPTURE(tree);
      for (auto& report : all)
        if (report.failure().empty())
          CHECK(report.ShortDebugString()
                == check(tree, report.unit()).ShortDebugString());
    };
    if (auto* unit = asked.as<pb::WorkUnit>())
      compare(unit->tree(), unit->repair().known());
    if (auto* run = asked.as<pb::RunGates>())
      compare(run->tree(), run->known());
  }

  /// What holds after each step.
  void look() {
    if (coordinator)
      CHECK(told_by_events(*this) == told(*coordinator));
    CHECK(supervisor_told_by_events(*this) == told(supervisor));
    CHECK(results.size() <= 1);
  }

  std::mt19937 random_;
  std::vector<question> old_;
};

/// Within a base, each patch is merged once.
void check_merges(const std::vector<pb::Event>& journal) {
  std::set<std::string> merged;
  for (auto& event : journal) {
    if (event.has_round_started() || event.has_withdrawn())
      merged.clear();
    if (event.has_merged())
      CHECK(merged.insert(event.merged().subtask_id()).second);
  }
}

/// The fallback begins where the merges had led, and what is handed over has
/// all of them, but for what a gate took back.
void check_kept(const machines& task) {
  std::string tree = tree_of(task.world.broken);
  for (auto& event : task.journal) {
    if (event.has_merged())
      tree = event.merged().tree();
    if (event.has_withdrawn())
      tree = event.withdrawn().tree();
    if (event.has_fallback_started())
      CHECK(event.fallback_started().tree() == tree);
  }
  auto outcome = task.results[0].outcome();
  if (outcome != pb::TASK_OUTCOME_DONE && outcome != pb::TASK_OUTCOME_PARTIAL)
    return;
  auto reverted = std::set<std::string>{task.supervisor.reverted.begin(),
                                        task.supervisor.reverted.end()};
  auto kept = broken_in(tree);
  for (auto& file : broken_in(task.results[0].patch().result_tree()))
    CHECK((kept.count(file) > 0 || reverted.count(file) > 0));
}

} // namespace

TEST_CASE("whatever happens in whatever order, a task has one outcome, merges "
          "nothing twice, keeps what was merged, and can be read back") {
  std::set<pb::TaskOutcome> seen;
  for (uint32_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    random_task task{seed};
    task.walk();
    REQUIRE(task.results.size() == 1);
    seen.insert(task.results[0].outcome());
    CHECK(task.supervisor.phase == supervisor_phase::done);
    check_merges(task.journal);
    check_kept(task);
    auto events = task.count(pb::Event::kFinished);
    CHECK(events == 1);
    for (auto late = 0; late < 20; ++late)
      task.disturb();
    CHECK(task.results.size() == 1);
    CHECK(task.count(pb::Event::kFinished) == 1);
  }
  // The walks go everywhere.
  CHECK(seen.size() == 6);
}

} // namespace cohort::tests::random_walk_test
