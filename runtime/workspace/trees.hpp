#pragma once

#include <string>
#include <vector>

#include "runtime/workspace/git.hpp"

/// Git trees as lists of paths. Private to workspace/.
///
/// All of it costs what changes, not what the trees hold: a folder that two
/// trees have in common is never opened.
namespace cohort::runtime::workspace {

/// One path of a tree, or a change to one.
struct tree_change {
  std::string path;
  git_oid oid{};
  git_filemode_t mode = GIT_FILEMODE_BLOB;
  bool deleted = false;
};

/// All files, links and submodules of a tree, sorted by path.
expected<std::vector<tree_change>> list_tree(git_repository* repo,
                                             const git_tree* tree);

/// What turns `from` into `to`, sorted by path; null is the empty tree.
expected<std::vector<tree_change>>
compare_trees(git_repository* repo, const git_tree* from, const git_tree* to);

/// The same for trees of two repositories.
expected<std::vector<tree_change>>
compare_trees(git_repository* from_repo, const git_tree* from,
              git_repository* to_repo, const git_tree* to);

/// Writes `base` (null: the empty tree) with `changes` into the repository. A
/// change may put a file where a folder was, a folder where a file was, and a
/// whole tree (GIT_FILEMODE_TREE) at a path. To delete what is not there, or is
/// a folder, changes nothing; folders that end up empty vanish.
/// REQUIRES: each path once, and safe (see is_safe_path).
expected<git_oid> update_tree(git_repository* repo, const git_tree* base,
                              std::vector<tree_change> changes);

} // namespace cohort::runtime::workspace
