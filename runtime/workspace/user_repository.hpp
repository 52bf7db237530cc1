#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runtime/workspace/git.hpp"

namespace cohort::runtime::workspace {

/// The repository around a workspace, only ever read here. Private to
/// workspace/.
struct user_repository {
  git::repository repo;
  git::index index;
  std::string folder; // Of the workspace inside it: "" or "a/b/".
};

/// Nothing when there is no repository with a working tree around
/// `workspace_root`, or when it neither tracks nor accepts what is in there.
/// Errors: workspace_unreadable (there is one, but damaged).
expected<std::optional<user_repository>>
find_user_repository(const std::filesystem::path& workspace_root);

/// The workspace's folder in a tree of the repository; null when it has none.
expected<git::tree> folder_of(const user_repository& user,
                              const git_tree* whole);

/// Whether the index has a path that begins with `prefix`.
bool tracks_below(git_index* index, const std::string& prefix);

} // namespace cohort::runtime::workspace
