#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/workspace/settings.hpp"

namespace cohort::runtime::workspace {

/// Paths (relative, sorted) that a snapshot of the workspace holds: see
/// object_store::take_snapshot. Folders are never entered through a link. A
/// submodule or another repository inside the workspace counts with its own
/// ignore rules, as plain files: a build needs them. Errors:
/// workspace_unreadable, also for a folder that cannot be read.
expected<std::vector<std::string>>
list_snapshot_files(const std::filesystem::path& workspace_root,
                    const snapshot_settings& settings);

/// Whether a path matches a glob: `*` and `?` inside a part, `**` across parts,
/// `**` with a slash after it also no folder at all.
bool matches_glob(const std::string& glob, const std::string& path);

} // namespace cohort::runtime::workspace
