#pragma once

#include <cstdint>
#include <string>

namespace cohort::runtime {

/// Error catalogue. One code per reaction that a caller can choose, not per
/// cause; the cause goes into the error's message. Numbers are part of the wire
/// format: append, never reuse.
enum class errc : uint8_t {
  none = 0,
  /// The request breaks a rule that its sender can mend. Do not retry as it is.
  invalid_request = 1,
  /// A message breaks its own contract. Fix the sender; do not retry.
  invalid_message = 2,
  /// A configuration key is wrong. Exit code 2.
  invalid_config = 3,
  /// The workspace is missing or cannot be read. Exit code 4.
  workspace_unreadable = 4,
  /// No toolchain fits, or it cannot be set up. Exit code 4.
  no_toolchain = 5,
  /// The store or the journal cannot be read or written (disk full, read-only,
  /// damaged). Nothing was lost that was acknowledged.
  storage_failed = 6,
  /// Another cohort holds this state directory. Wait or choose another.
  state_locked = 7,
  /// The working tree moved since the snapshot; applying would lose work.
  workspace_moved = 8,
  /// Admission queue is full. Retry later.
  busy = 9,
  /// No such task, worker or unit.
  not_found = 10,
  /// Stopped because somebody asked.
  cancelled = 11,
  /// Ran past its deadline or lease. Another attempt may succeed.
  timed_out = 12,
  /// A worker or one of its processes died. Another attempt may succeed.
  crashed = 13,
  /// A tool failed in a way that says nothing about the workspace (it printed
  /// garbage, or too much). Another attempt may succeed.
  tool_failed = 14,
  /// The council did not approve, and the fallback is switched off. Exit
  /// code 5.
  refused = 15,
  /// No executor of the chain can do this. The subtask stays open.
  no_executor = 16,
  /// A bug in cohort. Exit code 70.
  internal = 17,
  /// No head can be reached, or it will not have us. Exit code 6.
  unreachable = 18,
  /// The process was told to stop; another one goes on with the work. Exit
  /// code 143.
  stopped = 19,
};

/// Returns the code's stable name, for instance "workspace_unreadable".
[[nodiscard]] std::string to_string(errc code);

/// Returns whether another attempt at the same work may succeed.
[[nodiscard]] bool is_recoverable(errc code);

} // namespace cohort::runtime
