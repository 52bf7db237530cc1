#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/workspace/settings.hpp"

/// Snapshots and patches as git objects in cohort's own bare repository.
///
/// A tree is named by its object id in hexadecimal. Trees are immutable; the
/// same content has the same id everywhere.
/// Threads: an `object_store` belongs to one thread at a time; several may be
///          open on the same folder at once, in one or more threads.
/// Errors:  storage_failed (names the file), workspace_unreadable, not_found.
namespace cohort::runtime::workspace {

using tree_id = std::string;

struct snapshot {
  tree_id tree;
  uint64_t files = 0;
  uint64_t bytes = 0;
};

struct merge_outcome {
  tree_id tree;                       // Empty when there are conflicts.
  std::vector<std::string> conflicts; // Paths, sorted.
};

struct file_content {
  std::string path;
  std::string bytes;
};

class object_store {
public:
  /// Opens the bare repository in `folder`, making it when it is missing.
  static expected<object_store> open(const std::filesystem::path& folder);

  object_store(object_store&&) noexcept;
  object_store& operator=(object_store&&) noexcept;
  ~object_store();

  /// The working tree as it is: tracked files, and untracked ones that are not
  /// ignored; of ignored files those that `settings.include` names. Without git
  /// everything but `.git`. Symbolic links are stored as links, executable bits
  /// and bytes as they are. The user's index, HEAD and files are not touched.
  expected<snapshot> take_snapshot(const std::filesystem::path& workspace_root,
                                   const snapshot_settings& settings);

  /// What `revision` of the repository around the workspace has in its folder,
  /// as a tree that compares with `snapshot`: its files are as git would check
  /// them out. What git does not tell the history of counts as it is in
  /// `snapshot`: submodules, and ignored files that `settings.include` names.
  /// What a sparse checkout leaves out is left out. A revision is spelt as for
  /// `git rev-parse`; an empty one is the empty tree. Filters that are programs
  /// (large file storage) are not run. Errors: workspace_unreadable (no
  /// repository, or it has no such revision), storage_failed.
  expected<tree_id> take_revision(const std::filesystem::path& workspace_root,
                                  const std::string& revision,
                                  const tree_id& snapshot,
                                  const snapshot_settings& settings);

  /// Makes `folder` hold exactly `tree`, rewriting only what differs from
  /// `current` (the tree that it holds now; empty: not known, so everything is
  /// compared with what is on disk). Files outside the tree are removed, so
  /// build folders belong elsewhere. Unchanged files keep their times.
  expected<void> materialise(const std::filesystem::path& folder,
                             const tree_id& tree, const tree_id& current);

  /// The tree that results when `files` (relative paths) of `base` are replaced
  /// by what `folder` holds; a missing one is removed.
  expected<tree_id> capture(const std::filesystem::path& folder,
                            const tree_id& base,
                            const std::vector<std::string>& files);

  /// `tree` with `files` as they are in `base`; those that `base` lacks are
  /// removed.
  expected<tree_id> revert(const tree_id& tree, const tree_id& base,
                           const std::vector<std::string>& files);

  /// `tree` with other bytes in some of its files. Errors: not_found.
  expected<tree_id> rewrite(const tree_id& tree,
                            const std::vector<file_content>& files);

  /// Three-way merge of trees: what `theirs` changed since `base`, on `ours`.
  expected<merge_outcome> merge(const tree_id& base, const tree_id& ours,
                                const tree_id& theirs);

  /// Paths that differ, sorted.
  expected<std::vector<std::string>> changed_files(const tree_id& from,
                                                   const tree_id& to);

  /// All paths of a tree, sorted.
  expected<std::vector<std::string>> list_files(const tree_id& tree);

  /// A file's bytes. Errors: not_found.
  expected<std::string> read_file(const tree_id& tree, const std::string& path);

  /// A unified diff with git headers (binary-safe), as `git apply` takes it.
  expected<std::string> diff(const tree_id& from, const tree_id& to);

  /// Keeps `tree` from being collected: refs/cohort/<name>.
  expected<void> keep(const std::string& name, const tree_id& tree);

  /// The tree kept under `name`. Errors: not_found.
  expected<tree_id> kept(const std::string& name);

private:
  struct impl;
  explicit object_store(std::unique_ptr<impl> ptr);
  friend class delivery;
  std::unique_ptr<impl> impl_;
};

} // namespace cohort::runtime::workspace
