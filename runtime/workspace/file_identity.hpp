#pragma once

#include <filesystem>
#include <optional>

#include <sys/stat.h>

#include "runtime/expected.hpp"

/// Whether a file is still the one that was looked at. Private to workspace/.
namespace cohort::runtime::workspace {

/// Of the path itself, not of what a link leads to; nothing when it is not
/// there.
[[nodiscard]] std::optional<struct stat>
stat_of(const std::filesystem::path& path);

/// Same inode, mode, size and time of change; or neither is there.
[[nodiscard]] bool same_file(const std::optional<struct stat>& a,
                             const std::optional<struct stat>& b);

/// Gives `file` the owner and group of `like`, where that is allowed, and
/// `mode`. Errors: storage_failed.
expected<void> set_owner_and_mode(const std::filesystem::path& file,
                                  const struct stat& like, mode_t mode);

/// Makes renames in a folder durable, where the file system can.
void sync_folder(const std::filesystem::path& folder);

} // namespace cohort::runtime::workspace
