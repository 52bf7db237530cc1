#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/journal/chain.hpp"
#include "runtime/journal/seal.hpp"

namespace cohort::runtime::journal {

/// An event as it stands in the journal, whatever it is.
struct event_row {
  int64_t id = 0; // Of all tasks' events, in the order of appending.
  std::string task_id;
  int64_t sequence = 0;
  int64_t time = 0; // Nanoseconds since 1970, in UTC.
  std::string actor;
  int64_t kind = 0; // pb::Event::PayloadCase
  digest hash;
  std::string body; // A pb::Event.
};

/// The journal as an auditor reads it: every row as it stands, good or bad, one
/// at a time. Nothing is checked here; see runtime/audit/.
///
/// All answers are of one moment, when the ledger was opened. Whoever writes
/// meanwhile is not held up.
/// Threads: one at a time. Errors: storage_failed.
class ledger {
public:
  /// Errors: not_found as well, when there is no such file.
  static expected<ledger> open(const std::filesystem::path& file);
  ledger(ledger&&) noexcept;
  ledger& operator=(ledger&&) noexcept;
  ~ledger();

  /// All tasks that some event or seal names, in order of their first events.
  expected<std::vector<std::string>> tasks();

  /// A task's rows by sequence, until `take` returns false. What is behind a
  /// damaged place is an error, after the rows before it were given.
  expected<void> read(const std::string& task_id,
                      const std::function<bool(const event_row&)>& take);

  /// The last row of that kind.
  expected<std::optional<event_row>> last_of(const std::string& task_id,
                                             int64_t kind);

  expected<std::optional<seal>> seal_of(const std::string& task_id);

  /// What the journal takes on the disk, without room that was freed.
  uint64_t bytes();

  /// About how many of these are each task's. Cost: reads all of the file but
  /// the insides of large events.
  expected<std::map<std::string, uint64_t>> bytes_by_task();

  /// Whether tasks were removed and what they named in the store was not.
  bool has_leftovers();

  /// Whether the file holds together as a database: pages, tables, indices.
  /// Cost: reads all of it.
  expected<void> check_file();

private:
  struct impl;
  explicit ledger(std::unique_ptr<impl> ptr);
  std::unique_ptr<impl> impl_;
};

} // namespace cohort::runtime::journal
