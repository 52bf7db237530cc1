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

} // namespace cohort::runtime::audit
