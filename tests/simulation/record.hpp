#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/event.pb.h"
#include "messages/v1/result.pb.h"
#include "tests/simulation/world.hpp"

namespace cohort::tests::simulation {

/// What is known of a task when the play is over.
struct task_record {
  bool is_accepted = false;
  std::vector<pb::TaskResult> results; // As its watcher heard them.
  std::vector<pb::Event> journal;
  std::string audit; // What is wrong with the journal's chain; empty: nothing.
  bool is_whole = true; // False: the disk was too full for some of its events.
  std::string tree;     // That was handed over; the workspace's when none was.
  std::string expected; // The same of an undisturbed play; empty: not known.
};

/// What happened in a play, for the invariants to judge.
struct record {
  std::map<std::string, task_record> tasks; // By id.
  pb::PoolReport pool;                      // In the end.
  size_t longest_queue = 0;                 // Of any actor.
  /// Where what the events tell and what an actor knew were not the same.
  std::vector<std::string> replay_differences;
  std::string stopped_because; // It was stopped before all tasks had ended.
  double seconds = 0;          // Of virtual time.
  size_t turns = 0;
};

} // namespace cohort::tests::simulation
