#pragma once

#include <filesystem>
#include <mutex>
#include <set>
#include <string>

#include "messages/v1/task.pb.h"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Folders of slots that only tests use, by workspace. They go from one judged
/// tree to the next, where a worker's own slot sees every repair in between:
/// building a tree once more costs what differs from the last one that was
/// judged, and nothing when nothing does.
///
///   <slots>/../tests/<key>-<n>/tree, build; see workspace::slot
///
/// Threads: any.
class test_slots {
public:
  /// The right to use a folder, until it ends.
  class lease {
  public:
    lease(test_slots& owner, std::filesystem::path folder);
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    ~lease();

    [[nodiscard]] const std::filesystem::path& folder() const;

  private:
    test_slots& owner_;
    std::filesystem::path folder_;
  };

  /// The first folder of the workspace, configured with these arguments, that
  /// nobody uses. Folders that were not used for long are removed: what this
  /// keeps on disk is bounded.
  lease take(const std::filesystem::path& slots,
             const std::string& workspace_root,
             const pb::ToolchainRequest& toolchain);

private:
  std::mutex mutex_;
  std::set<std::string> used_; // Names of folders.
};

} // namespace cohort::runtime::execution
