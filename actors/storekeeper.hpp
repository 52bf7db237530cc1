#pragma once

#include <filesystem>
#include <optional>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/workspace/object_store.hpp"
#include "runtime/workspace/settings.hpp"

namespace cohort::actors {

struct storekeeper_settings {
  std::filesystem::path store;   // The object store's folder.
  std::filesystem::path patches; // Where patch files go.
  runtime::workspace::snapshot_settings snapshot;
};

/// Snapshots, merges and hands over: the store's work for whole tasks.
///
/// Owns:   an open object store.
/// Sends:  each request's report, or StoreFailed, to the sender.
/// Blocks: in git, so production spawns it detached.
struct storekeeper_state {
  static inline const char* name = "storekeeper";
  std::optional<runtime::workspace::object_store> store; // Opened when needed.
};

storekeeper_actor::behavior_type
storekeeper(storekeeper_actor::stateful_pointer<storekeeper_state> self,
            storekeeper_settings settings);

} // namespace cohort::actors
