#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/workspace/object_store.hpp"

/// Hands a result to the user: a branch, a patch file, the working tree.
///
/// The user's repository gets a ref and its objects and nothing else; index,
/// HEAD and files change only in `apply`.
namespace cohort::runtime::workspace {

struct commit_text {
  std::string message;
  /// Since 1970: when the task was accepted. The same again is the same commit.
  std::chrono::seconds time{0};
};

class delivery {
public:
  explicit delivery(object_store& store) : store_{store} {
    // nop
  }

  /// Writes `tree` as a commit on top of the user's HEAD commit (or as a root
  /// commit when there is none) under refs/heads/<branch>. The commit holds the
  /// whole snapshot with the result's changes, as git would add it: line ends
  /// converted where attributes ask for it, submodules as they are in the
  /// index, files outside a sparse checkout as in HEAD. A branch that has a
  /// commit of this text already is left as it is. Errors: not_found (no
  /// repository around the workspace), invalid_request (bad branch name; a
  /// change inside a submodule), storage_failed (another branch of that name
  /// exists, read-only, ...): write a patch then. When the workspace is a
  /// folder below the repository's root, the tree is put at that folder.
  expected<std::string>
  write_branch(const std::filesystem::path& workspace_root,
               const std::string& branch, const tree_id& base,
               const tree_id& tree, const commit_text& text);

  /// Writes the diff from `base` to `tree` into `file` (atomically).
  expected<void> write_patch(const std::filesystem::path& file,
                             const tree_id& base, const tree_id& tree);

  /// Puts the difference from `base` to `tree` into the working tree: all files
  /// or none, each atomically (temporary file, fsync, rename; mode kept).
  /// Returns the paths that were changed; what is as in `tree` already is left,
  /// so that an apply that was cut off can be repeated. Errors:
  /// workspace_moved, naming the files, when a file that would change is not
  /// what `base` has, and storage_failed; the working tree is then as it was.
  expected<std::vector<std::string>>
  apply(const std::filesystem::path& workspace_root, const tree_id& base,
        const tree_id& tree);

private:
  object_store& store_;
};

} // namespace cohort::runtime::workspace
