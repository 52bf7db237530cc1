#pragma once

#include <filesystem>

#include "runtime/workspace/trees.hpp"
#include "runtime/workspace/user_repository.hpp"

/// From a snapshot, which is the working tree byte by byte, to what git would
/// commit of it. Private to workspace/.
namespace cohort::runtime::workspace {

/// What a task began with and what came of it, in cohort's store.
struct result_trees {
  git_repository* store;
  git::tree base;
  git::tree result;
};

/// Writes the result to the user's repository, with all objects that it lacks,
/// and returns its tree (of the workspace's folder). Differs from the result
/// where git's commits differ from working trees:
/// - a submodule is what the index says; its files stay out;
/// - a changed file goes through the repository's filters (line ends);
/// - a file that was not changed since HEAD, but for filters, is as in HEAD,
/// and
///   so is one that a sparse checkout leaves out.
/// Filters that are programs (large file storage) are not run.
/// Errors: invalid_request (changes inside a submodule), storage_failed.
expected<git_oid> write_commit_tree(const std::filesystem::path& workspace_root,
                                    const user_repository& user,
                                    const git_tree* head,
                                    const result_trees& trees);

} // namespace cohort::runtime::workspace
