#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace cohort::runtime::execution {

/// Bounds a folder of caches: the folders in `parent` that are `used` are noted
/// as used now, and of the others only the last used are kept, `keep` in all.
/// Returns those that have to go, and what an earlier process did not get rid
/// of: nobody finds them any more, for they have other names. What cannot be
/// renamed stays; a cache that is too large is no error.
/// Cost: looks at `parent`, not below it; so a lock may be held.
[[nodiscard]] std::vector<std::filesystem::path>
keep_newest(const std::filesystem::path& parent, size_t keep,
            const std::set<std::string>& used);

/// Cost: all that is in them; for callers that hold no lock. What cannot be
/// removed stays until another time.
void remove_folders(const std::vector<std::filesystem::path>& folders);

} // namespace cohort::runtime::execution
