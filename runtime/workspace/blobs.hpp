#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "runtime/workspace/git.hpp"

/// Files and links as blobs. Private to workspace/.
namespace cohort::runtime::workspace {

/// What stands at a path of a folder.
enum class kind_on_disk : uint8_t {
  none, // Nothing, or behind a link or a file.
  file,
  link,
  other, // A folder, or a special file.
};

/// Errors: workspace_unreadable.
expected<kind_on_disk> look_at(const std::filesystem::path& path);

struct stored_entry {
  git_oid oid{};
  git_filemode_t mode = GIT_FILEMODE_BLOB;
  uint64_t bytes = 0;
};

/// Stores a file or a link byte by byte; large files go in parts. Errors:
/// not_found (gone meanwhile), workspace_unreadable (not readable, or larger
/// than `max_bytes`), storage_failed.
expected<stored_entry> store_entry(git_repository* repo,
                                   const std::filesystem::path& path,
                                   kind_on_disk kind, uint64_t max_bytes);

/// Whether the file or link at `path` is exactly this entry of a tree.
bool is_on_disk(git_odb* odb, const std::filesystem::path& path,
                const git_oid& oid, git_filemode_t mode);

} // namespace cohort::runtime::workspace
