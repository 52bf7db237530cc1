#pragma once

#include <filesystem>
#include <memory>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/learning/history_store.hpp"

namespace cohort::actors {

/// Remembers what tasks teach, and tells it to those that begin.
///
/// Owns:   the history's file; without it, which is said once, it knows
///         nothing.
/// Sends:  HistoryReport to whoever sent HistoryQuery.
/// Blocks: on the disk, so production spawns it detached.
struct historian_state {
  static inline const char* name = "historian";

  std::unique_ptr<runtime::learning::history_store> store; // Null: none.
};

historian_actor::behavior_type
historian(historian_actor::stateful_pointer<historian_state> self,
          const std::filesystem::path& file);

} // namespace cohort::actors
