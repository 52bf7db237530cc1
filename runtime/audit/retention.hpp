#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
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
  std::string patch_file;    // Empty: none.
};

struct retention {
  std::optional<double> older_than_days; // Since they ended.
  std::optional<size_t> keep;            // The newest ones stay.
};

struct expired_tasks {
  std::vector<ended_task> removed;
  std::vector<ended_task> undelivered; // Would be removed, but for that.
};

/// Pure. With both limits a task must be beyond both; with none, all stay. What
/// was not delivered always stays.
[[nodiscard]] expired_tasks choose_expired(std::vector<ended_task> tasks,
                                           const retention& limits,
                                           int64_t now);

struct cleaned {
  expired_tasks tasks;
  workspace::pruned objects;
};

/// Forgets tasks: their trees' names, their patch files below `state`, their
/// events and seals; then the objects that nothing names any more, no event
/// either. A clean-up that was cut off is finished by the next one. When `dry`,
/// only says what it would do. REQUIRES: the caller holds the state folder.
/// Errors: not_found (no journal), storage_failed.
expected<cleaned> clean_up(const std::filesystem::path& state,
                           const retention& limits, int64_t now, bool dry);

} // namespace cohort::runtime::audit
