#pragma once

#include <filesystem>

/// Files and folders that have another name until they are whole.
namespace cohort::runtime::workspace {

/// A name beside `file` that no other call in any process gets.
std::filesystem::path temporary_name(const std::filesystem::path& file);

/// Removes what processes that are gone had under such names in `folder`, not
/// below it. What cannot be removed is left.
void remove_stale_temporaries(const std::filesystem::path& folder);

/// Removes what a killed process left half done in an object store: files that
/// did not get their names yet, and locks. REQUIRES: nobody else writes to it.
void remove_leftovers(const std::filesystem::path& store);

/// Removes objects in `objects`, a folder of somebody's repository, that a
/// process which is gone had begun to write: without their names yet, last
/// written not before `since` nor after this process began. So nothing of
/// whoever writes to the repository now.
void remove_abandoned_objects(const std::filesystem::path& objects,
                              std::filesystem::file_time_type since);

} // namespace cohort::runtime::workspace
