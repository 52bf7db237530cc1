#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>

namespace cohort::runtime::execution {

/// Bounds a folder of caches: the folders in `parent` that are `used` are noted
/// as used now, and of the others only the last used are kept, `keep` in all.
/// What cannot be removed stays; a cache that is too large is no error.
void keep_newest(const std::filesystem::path& parent, size_t keep,
                 const std::set<std::string>& used);

} // namespace cohort::runtime::execution
