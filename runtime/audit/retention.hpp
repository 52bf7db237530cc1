#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/workspace/object_pruning.hpp"

/// Which tasks may be forgotten, and forgetting them.
namespace cohort::runtime::audit {

/// A task that has ended.
struct ended_task {
  std::string id;
  int64_t ended = 0;         // Nanoseconds since 1970, in UTC.
  bool is_delivered = false; // Or there is nothing to deliver.
  std::string patch_file;    // That is applied. Empty: none.
  bool has_result = true;    // False: it ended before there was any.
  uint64_t bytes = 0;        // About, of the journal; 0 where nobody asked.
};

struct retention {
  std::optional<double> older_than_days; // Since they ended.
  std::optional<size_t> keep;            // The newest ones stay.
  uint64_t max_bytes = 0;                // Of the journal; 0: no limit.
  /// These go, whatever their age, and though nobody has their work.
  std::set<std::string> abandoned = {};
};

struct expired_tasks {
  std::vector<ended_task> removed;
  std::vector<ended_task> undelivered; // Would be removed, but for that.
};

/// Pure. A task goes when it is beyond both its age and the number of those to
/// keep, where these are set; and, the oldest first, as long as the journal,
/// which has `bytes` now, would have more than it may. With no limit all stay.
/// What was not delivered stays, unless it was abandoned.
[[nodiscard]] expired_tasks choose_expired(std::vector<ended_task> tasks,
                                           const retention& limits, int64_t now,
                                           uint64_t bytes);

enum class cleaning {
  rehearsal,    // Only says what `whole` would do.
  whole,        // Tasks, and all objects that nothing needs.
  due,          // Tasks; objects only when some were left over by tasks.
  beside_tasks, // While tasks run: objects are left over for later.
};

struct cleaned {
  expired_tasks tasks;
  workspace::pruned objects;
  std::optional<error> objects_stay; // Why none was removed that could be.
};

/// Forgets tasks: their trees' names, their events and seals, and their patch
/// files below `state` where the workspace has what they say: any other may be
/// all that is left of a result. Then the objects that nothing names any more,
/// no event either. What was cut off is finished by the next one. What an event
/// that cannot be read names is not known: while there is one in a task that
/// stays, all objects do.
///
/// Not `beside_tasks` are objects removed: whoever stores a tree relies on
/// those that are there already. REQUIRES: the caller holds the state folder,
/// and no task runs but `beside_tasks`. Threads: one that may wait. Errors:
/// not_found (no journal; one that is abandoned is no task that has ended),
/// storage_failed.
expected<cleaned> clean_up(const std::filesystem::path& state,
                           const retention& limits, int64_t now, cleaning how);

} // namespace cohort::runtime::audit
