#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/journal/ledger.hpp"

namespace cohort::runtime::audit {

/// What is wrong with a task: its first bad event, seal, tree or patch.
struct bad_task {
  std::string task_id; // Empty: it is the journal as a whole.
  std::string why;     // Names the task.
};

struct log_findings {
  uint64_t tasks = 0;
  uint64_t events = 0;
  uint64_t seals = 0;
  uint64_t trees = 0;
  uint64_t objects = 0;
  std::vector<bad_task> bad;
  std::vector<std::string> unchecked; // And why; sentences.
};

/// Where everything of one state folder is.
struct log_places {
  std::filesystem::path store;
  const journal::public_key& key;
};

/// Checks what a journal says of these tasks: the chain of their events, the
/// seals of those that have ended, that every tree that an event names is in
/// the store with all its objects, and that patch files still say what was
/// delivered.
///
/// Cost: reads every event and every object once; holds one event at a time.
log_findings verify_log(journal::ledger& log,
                        const std::vector<std::string>& tasks,
                        const log_places& places);

} // namespace cohort::runtime::audit
