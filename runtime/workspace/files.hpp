#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "runtime/expected.hpp"

/// Files of a worktree. Private to workspace/, journal/, audit/, execution/ and
/// cluster/.
namespace cohort::runtime::workspace {

/// How a file is written.
struct write_options {
  bool executable = false;
  bool durable = false; // fsync before the rename.
};

/// Replaces `file` atomically: temporary file beside it, rename. Parent folders
/// are made. Errors: storage_failed.
expected<void> write_file(const std::filesystem::path& file,
                          std::string_view bytes, const write_options& how);

/// Writes a file that must not exist yet; `mode` is subject to the umask.
/// Errors: storage_failed; nothing is left behind then.
expected<void> write_new_file(const std::filesystem::path& file,
                              std::string_view bytes, unsigned mode,
                              bool durable);

/// Errors: not_found, workspace_unreadable.
expected<std::string> read_file(const std::filesystem::path& file);

/// Whether a part of a path is ".git", in any case: git refuses those.
bool is_git_name(std::string_view part);

/// A path that stays inside its folder: relative, without "..", ".", empty or
/// ".git" parts, and without a zero byte.
bool is_safe_path(std::string_view path);

/// Whether a parent of `relative` inside `folder` is a symbolic link: writing
/// there would leave the folder.
bool has_linked_parent(const std::filesystem::path& folder,
                       const std::string& relative);

/// That link's path inside `folder`, the outermost one; empty when there is
/// none.
std::string linked_parent(const std::filesystem::path& folder,
                          const std::string& relative);

} // namespace cohort::runtime::workspace
