#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include <caf/stateful_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/council/judges.hpp"
#include "runtime/execution/unit_runner.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/simulation/world.hpp"

/// What blocks in production (git, compilers), as messages that take virtual
/// time.
namespace cohort::tests::simulation {

/// The workspaces by their roots, and how long things take.
struct surroundings {
  stage& play;
  dice& random; // Of effects.
  std::map<std::string, world> worlds;
};

/// Trees that a host has: one that is named but not here is a fault of whoever
/// named it.
using tree_room = std::set<std::string>;

/// What a test can do to a store.
struct store_state {
  std::shared_ptr<tree_room> trees = std::make_shared<tree_room>();
  std::chrono::milliseconds longest{5}; // An answer takes.
  unsigned conflicts = 0;               // That many merges will conflict.
  bool is_full = false;                 // What needs room is refused.
  std::map<std::string, pb::DeliverResult> deliveries; // By task.
};

struct simulated_store_state {
  static inline const char* name = "storekeeper";
};

/// Answers as a storekeeper whose store is `store`.
actors::storekeeper_actor::behavior_type simulated_store(
  actors::storekeeper_actor::stateful_pointer<simulated_store_state> self,
  std::shared_ptr<surroundings> around, std::shared_ptr<store_state> store);

/// Answers as production's judge does, while it is not silent.
actors::judge_actor::behavior_type
simulated_judge(actors::judge_actor::pointer self,
                runtime::council::judge_function decide,
                std::shared_ptr<bool> is_silent);

/// Where one worker works.
struct site {
  std::string worker; // As the head calls it: "w1", "n1/w1".
  std::shared_ptr<tree_room> trees;
  unsigned slowness = 1; // Times as long as others.
  // What becomes of the next attempt, once:
  bool hangs = false;      // Ends only when it is cancelled.
  bool is_stuck = false;   // Does not even then.
  bool is_failing = false; // Its compiler crashes.
};

/// A worker's runner at `where`. Each result bears who made it, so that nobody
/// can pass it off as another's.
std::unique_ptr<runtime::execution::unit_runner>
make_simulated_runner(std::shared_ptr<surroundings> around,
                      std::shared_ptr<site> where);

/// What a result bears: worker, epoch and attempt, as the runner was told them.
std::string maker_of(const std::string& worker, uint64_t epoch,
                     uint32_t attempt);

} // namespace cohort::tests::simulation
