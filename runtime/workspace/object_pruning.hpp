#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "runtime/expected.hpp"

/// Makes room in a store.
namespace cohort::runtime::workspace {

/// Removes the names refs/cohort/<task_id>/...; what they named stays, and so
/// do names that another program has packed. Beside others that give names of
/// other tasks: no folder that they need goes. Errors: storage_failed.
expected<void> forget_names(const std::filesystem::path& store,
                            const std::string& task_id);

struct pruning {
  const std::set<std::string>& trees; // Stay, with everything below them; those
                                      // that are missing are no matter.
  const std::set<std::string>& forgotten; // Tasks whose names do not count.
  bool dry = false;                       // Only counts.
};

struct pruned {
  uint64_t objects = 0;
  uint64_t bytes = 0;
  uint64_t packs = 0; // Files of many objects, which stay as they are.
};

/// Removes the objects that no name, and none of the trees, leads to. REQUIRES:
/// nobody else has the store open. Errors:
/// storage_failed, also when something that stays cannot be read: then nothing
/// is removed.
expected<pruned> prune_objects(const std::filesystem::path& store,
                               const pruning& what);

} // namespace cohort::runtime::workspace
