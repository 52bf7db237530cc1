#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace cohort::runtime::execution {

/// Tells what a program changed in a folder, by what the file system says of
/// each file: inode, kind, mode, size, and the time of its last change, which
/// no program can set.
///
/// Links are not followed. Threads: belongs to one thread.
class worktree_watch {
public:
  explicit worktree_watch(std::filesystem::path folder);

  struct changes {
    std::vector<std::string> files; // Changed, new and gone ones. Sorted.
    /// There is more that no tree can hold: folders that are new or gone, or
    /// something that could not be looked at.
    bool has_more = false;
  };

  /// Since this object was made.
  [[nodiscard]] changes since() const;

  /// Makes folders that nobody may enter or change the owner's again.
  static void open_folders(const std::filesystem::path& folder);

private:
  struct stamp {
    uint64_t inode = 0;
    uint64_t mode = 0;
    uint64_t size = 0;
    int64_t changed_ns = 0;
    bool operator==(const stamp&) const = default;
  };
  struct listing {
    std::map<std::string, stamp> files;
    std::map<std::string, stamp> folders;
    bool is_whole = true;
  };

  [[nodiscard]] listing look() const;

  std::filesystem::path folder_;
  listing before_;
};

} // namespace cohort::runtime::execution
