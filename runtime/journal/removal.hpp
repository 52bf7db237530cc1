#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/expected.hpp"

/// Taking whole tasks, or their ends, out of a journal. What is left is whole:
/// chains do not cross tasks. All of it may happen beside whoever appends to
/// other tasks.
///
/// Threads: any; each call has a connection of its own. Errors: storage_failed.
namespace cohort::runtime::journal {

/// Removes events and seals, each task's in one transaction, and notes that
/// what these tasks named in the store may be there still. REQUIRES: nothing is
/// appended to them any more.
expected<void> remove_tasks(const std::filesystem::path& file,
                            const std::vector<std::string>& task_ids);

/// Removes the task's events from `sequence` on, in one transaction, and makes
/// the same note. REQUIRES: the task has not ended, and nothing is appended to
/// it meanwhile.
expected<void> cut_task(const std::filesystem::path& file,
                        const std::string& task_id, uint64_t sequence);

/// Takes that note back.
expected<void> note_no_leftovers(const std::filesystem::path& file);

/// Gives the disk the room of what was removed, in steps of some milliseconds,
/// between which others can write. A journal that an older cohort made is
/// written anew once for that, when `is_alone`; else its room is kept for later
/// events. Cost: by what was removed.
expected<void> give_back_room(const std::filesystem::path& file, bool is_alone);

} // namespace cohort::runtime::journal
