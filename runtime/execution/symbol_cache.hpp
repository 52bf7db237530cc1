#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>

#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/toolchain/symbols.hpp"
#include "runtime/workspace/object_store.hpp"

namespace cohort::runtime::execution {

/// The index of the workspace's names, made when it is first asked for; for the
/// next tree only what changed is read again.
///
/// Threads: any; `store` is the caller's own.
class symbol_cache {
public:
  using handle = std::shared_ptr<const toolchain::symbol_index>;

  /// Returns the index of `tree`, which `folder` holds, apart from edits that
  /// were made since. Errors: tool_failed, cancelled, storage_failed.
  expected<handle> get(const workspace::tree_id& tree,
                       const std::filesystem::path& folder,
                       workspace::object_store& store,
                       const toolchain::toolchain_settings& settings,
                       process::runner& processes, std::stop_token stop);

private:
  std::mutex mutex_;
  workspace::tree_id tree_;
  handle index_;
};

} // namespace cohort::runtime::execution
