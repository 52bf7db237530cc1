#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/toolchain/symbols.hpp"
#include "runtime/workspace/slot.hpp"

namespace cohort::runtime::execution {

/// Indices of workspaces' names, each made when it is first asked for; for the
/// next tree only what changed is read again. The last few are kept.
///
/// Threads: any; a slot is the caller's own.
class symbol_cache {
public:
  using handle = std::shared_ptr<const toolchain::symbol_index>;

  /// Returns the index of `tree`, on which the slot's worktree stands. What was
  /// edited there since does not count, so that two who ask at different
  /// moments get the same: of such files the tree's text is put in `scratch`, a
  /// folder that is made and removed, and read there by `processes_there`.
  /// Errors: tool_failed, cancelled, storage_failed.
  expected<handle> get(const workspace::tree_id& tree, workspace::slot& slot,
                       const std::filesystem::path& scratch,
                       const toolchain::toolchain_settings& settings,
                       process::runner& processes,
                       process::runner& processes_there, std::stop_token stop);

private:
  struct entry {
    workspace::tree_id tree;
    handle index;
  };

  std::mutex mutex_;
  std::vector<entry> known_; // That used last first.
};

} // namespace cohort::runtime::execution
