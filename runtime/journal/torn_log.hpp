#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "runtime/expected.hpp"

/// The end of SQLite's write-ahead log that cannot be read. SQLite takes such
/// an end for one that was never written, and says nothing.
///
/// Source: "The SQLite database file format", section 4.
namespace cohort::runtime::journal {

struct torn_end {
  uint64_t begin = 0; // In the file: what stands before is whole.
  uint64_t bytes = 0; // From there on.
};

/// What was committed to `log` since it was begun and cannot be read any more:
/// a page that is not what was written, or a part of one, with a commit in it
/// or behind it. When a process is killed, or its machine loses its power, in
/// the middle of its last commit, that is one as well, and nobody was told that
/// it was kept. A log that is cut off between two commits cannot be told from a
/// shorter one. Errors: storage_failed.
expected<std::optional<torn_end>>
find_torn_end(const std::filesystem::path& log);

/// Copies the whole log of the journal `file` to `folder`, when its end is
/// torn. To be called before the journal is opened to be written, which throws
/// that end away. Returns the copy; empty: it is whole, or there is none.
/// Errors: storage_failed.
expected<std::filesystem::path>
set_torn_end_aside(const std::filesystem::path& file,
                   const std::filesystem::path& folder);

} // namespace cohort::runtime::journal
