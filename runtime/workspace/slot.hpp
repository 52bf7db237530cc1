#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/workspace/object_store.hpp"

namespace cohort::runtime::workspace {

/// A worktree that one worker reuses from assignment to assignment, with a
/// build folder beside it that stays warm.
///
///   <folder>/tree   holds exactly the tree that it was brought to, plus edits
///   <folder>/build  build folder; never part of a snapshot
///
/// Threads: belongs to one thread.
class slot {
public:
  slot(std::filesystem::path folder, object_store store);

  [[nodiscard]] const std::filesystem::path& tree_folder() const;
  [[nodiscard]] const std::filesystem::path& build_folder() const;
  /// What `tree_folder` holds; empty while not known.
  [[nodiscard]] const tree_id& current() const;

  /// Brings the worktree to `tree`. Files that were edited since the last call
  /// (reported through `touched`) are restored; others keep their times. After
  /// an error `current` is empty, and the next call compares everything.
  expected<void> bring_to(const tree_id& tree);

  /// Says that `file` (relative) may differ from `current()` now.
  void touched(const std::string& file);

  /// The tree of `current()` with all touched files as they are now.
  expected<tree_id> capture();

  /// Forgets what the worktree holds: the next `bring_to` compares everything.
  void invalidate();

  object_store& store();

private:
  [[nodiscard]] std::vector<std::string> paths() const;

  std::filesystem::path folder_;
  std::filesystem::path tree_folder_;
  std::filesystem::path build_folder_;
  object_store store_;
  tree_id current_;
  std::set<std::string> touched_;
};

} // namespace cohort::runtime::workspace
