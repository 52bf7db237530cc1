#pragma once

#include <filesystem>
#include <string>

#include "runtime/expected.hpp"

namespace cohort::runtime::audit {

/// The way out when a task's events are damaged: writes its rows as they stand,
/// a line of JSON each, to <state>/set-aside/<task_id>.jsonl, and takes the
/// task out of the journal. It can be gone on with no more, and what other
/// tasks need is known again. Its trees' names in the store stay, and its patch
/// file. `body` and `hash` are in hexadecimal, `body` is a pb::Event; a last
/// line `error` says what could not be read at all.
///
/// REQUIRES: the caller holds the state folder. Returns the file, which is
/// durable before anything is removed. Errors: not_found (no journal, or no
/// such task), invalid_request (nothing of it is damaged: it stays),
/// storage_failed.
expected<std::filesystem::path> set_aside(const std::filesystem::path& state,
                                          const std::string& task_id);

/// What was taken from the end of a task.
struct damaged_tail {
  uint64_t first = 0;  // The damaged event, with all after it.
  uint64_t events = 0; // How many those are.
  std::filesystem::path file;
};

/// The way on for a task that has not ended: the damaged event and those after
/// it, about which nothing can be said, go to
/// <state>/set-aside/<task_id>.<first>.jsonl as rows stand there, and out of
/// the journal; what stands before them is whole, and the task can be gone on
/// with.
///
/// REQUIRES: the caller holds the state folder, and the task does not run.
/// Errors: as set_aside; invalid_request also when the task has ended, or its
/// first event is damaged; storage_failed also when the rows themselves cannot
/// be read.
expected<damaged_tail> set_tail_aside(const std::filesystem::path& state,
                                      const std::string& task_id);

} // namespace cohort::runtime::audit
