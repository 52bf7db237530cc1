#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "messages/v1/task.pb.h"
#include "runtime/execution/slot_runner.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/workspace/object_store.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// A project, ready for checks; an empty one, without compilers, where other
/// tools judge its files.
struct prepared_project {
  toolchain::project project;
  std::vector<std::string> compilers; // Installed, the build's own first.
};

struct project_request {
  std::filesystem::path workspace_root;
  workspace::tree_id tree;
  pb::ToolchainRequest toolchain;
};

/// Folders of `key`'s project: a worktree of its own, which no repair touches,
/// and the build folder that belongs to it. Those that were not used for
/// longest are removed when there are too many, and are made again when they
/// are needed.
///
///   <slots>/../projects/<key>/tree
///   <slots>/../projects/<key>/build
class project_cache {
public:
  using handle = std::shared_ptr<const prepared_project>;

  /// Returns the project of the request, whose folders stay for as long as
  /// somebody has the handle. The first caller for a set of build
  /// files configures it, the others wait. What fails is not remembered; those
  /// who waited for it share the error.
  /// Threads: any; `store` is the caller's own.
  /// Errors: no_toolchain, storage_failed, not_found, cancelled.
  expected<handle> get(const project_request& request,
                       const slot_runner_settings& settings,
                       workspace::object_store& store,
                       process::runner& processes, std::stop_token stop);

private:
  struct entry {
    bool settled = false;
    uint64_t last_use = 0; // Of all uses, the how manieth.
    handle made;
    std::optional<error> failure;
  };

  expected<std::string> key_of(const project_request& request,
                               workspace::object_store& store);
  expected<handle> wait(std::shared_ptr<entry> shared, std::stop_token stop,
                        std::unique_lock<std::mutex> lock, bool& again);
  std::vector<std::filesystem::path>
  make_room(const std::filesystem::path& folder);
  void settle(const std::string& key, entry& mine, expected<handle> outcome);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, std::shared_ptr<entry>> entries_; // By key.
  uint64_t uses_ = 0;
  std::map<std::string, std::string> keys_; // By what names a request exactly.
};

} // namespace cohort::runtime::execution
