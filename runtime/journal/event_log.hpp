#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "messages/v1/event.pb.h"
#include "runtime/expected.hpp"

/// The append-only log of decisions.
///
/// Threads: one at a time. Errors: storage_failed, naming the file and the
/// cause; invalid_message for an event that has no task, has more than 64 MiB,
/// comes behind its task's end, or (in the file) has text that is not UTF-8.
/// After an error the log stays usable.
namespace cohort::runtime::journal {

namespace pb = messages::v1;

class event_log {
public:
  virtual ~event_log() = default;

  /// Stores the events in order and gives each its `sequence` (per task, from
  /// 1). All of them or none; durable when it returns. Tasks may be mixed.
  /// After an error the sequences of the events mean nothing.
  virtual expected<void> append(std::vector<pb::Event>& events) = 0;

  /// All events of a task, by sequence.
  virtual expected<std::vector<pb::Event>> read(const std::string& task_id) = 0;

  /// Ids of all tasks, in order of their first event.
  virtual expected<std::vector<std::string>> tasks() = 0;

  /// The first event of each task without TaskFinished, in order; of one that
  /// cannot be read, the task's id alone. Reads no other events.
  virtual expected<std::vector<pb::Event>> unfinished() = 0;

  /// A number that is larger at every call, also after a restart: the head
  /// epoch that fences results of an earlier run.
  virtual expected<uint64_t> next_epoch() = 0;
};

/// In memory, for tests and for `--no-journal` benchmarks.
std::unique_ptr<event_log> make_memory_log();

/// SQLite in WAL mode, synchronous=FULL; one transaction an append. Events are
/// chained (see chain.hpp), and the end of a task is signed (see seal.hpp) with
/// the key beside the file, which is made when it is missing. A newer schema is
/// refused, and so is a file that is no journal or may not be written; an older
/// one is brought up to date. One process at a time: what a second one writes
/// makes appends fail, not wrong; and so does it when the file is removed.
///
/// Damage is found when it is read. `read` names the first event that is not
/// what was written; other tasks can be read and appended to as before.
/// Errors, beside those above: invalid_config for a key that cannot be used.
expected<std::unique_ptr<event_log>>
open_sqlite_log(const std::filesystem::path& file);

} // namespace cohort::runtime::journal
