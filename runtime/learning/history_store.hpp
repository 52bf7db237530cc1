#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "runtime/expected.hpp"
#include "runtime/learning/history.hpp"

namespace cohort::runtime::learning {

/// History in one SQLite file of the state folder. A file that is damaged, or
/// of another schema, is set aside as FILE.aside, and a new one begun. At most
/// 4096 kinds, 4096 durations and 256 judges are kept; those that were not
/// heard of for longest go first.
///
/// Threads: one at a time. Blocks: on the disk.
class history_store {
public:
  /// `warning` says what was set aside, and why; it is left alone otherwise.
  /// Errors: storage_failed, also while another program holds the file: it
  /// stays as it is.
  static expected<std::unique_ptr<history_store>>
  open(const std::filesystem::path& file, std::string& warning);

  /// For those who only look while a head may use it: nothing is set aside.
  static expected<std::unique_ptr<history_store>>
  open_as_it_is(const std::filesystem::path& file);

  virtual ~history_store() = default;

  /// What is known, aged by the tasks that came since, each kind once; a
  /// damaged record is left out. Errors: storage_failed.
  virtual expected<history> read() = 0;

  /// All of it, or nothing. Errors: storage_failed.
  virtual expected<void> add(const history& lessons) = 0;

  /// All of it. Errors: storage_failed; nothing was forgotten then.
  virtual expected<void> forget() = 0;
};

} // namespace cohort::runtime::learning
