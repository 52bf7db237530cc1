#pragma once

#include <filesystem>

#include "runtime/expected.hpp"

namespace cohort::runtime::workspace {

/// cohort's own folder, held by one process at a time.
///
///   store.git      snapshots and patches
///   journal.db     events
///   history.db     what was learnt from tasks
///   audit.key      what tasks' ends are signed with; audit.pub is for others
///   slots/         worktrees; a cache, safe to delete while nothing runs
///   projects/      configured build folders; a cache as well
///   tests/         worktrees and build folders of judged trees; a cache
///   checks.db      what compilers said; a cache
///   patches/       results that could not become a branch
///   lock           held while this object lives
class state_folder {
public:
  /// Makes the folder, for its owner only, when it is missing; locks it, and
  /// removes what a killed process left half written in it. Its paths have no
  /// links in them.
  /// Errors: state_locked
  /// (naming the holder's process id), storage_failed.
  static expected<state_folder> open(const std::filesystem::path& where);

  /// $XDG_STATE_HOME/cohort, or ~/.local/state/cohort.
  static std::filesystem::path default_path();

  /// Paths in a folder that is not locked, for readers.
  static std::filesystem::path store_of(const std::filesystem::path& state);
  static std::filesystem::path journal_of(const std::filesystem::path& state);
  static std::filesystem::path history_of(const std::filesystem::path& state);

  state_folder(state_folder&& other) noexcept;
  state_folder& operator=(state_folder&& other) noexcept;
  ~state_folder();

  [[nodiscard]] const std::filesystem::path& path() const {
    return path_;
  }
  [[nodiscard]] std::filesystem::path store() const;
  [[nodiscard]] std::filesystem::path journal() const;
  [[nodiscard]] std::filesystem::path history() const;
  [[nodiscard]] std::filesystem::path slots() const;
  [[nodiscard]] std::filesystem::path patches() const;
  [[nodiscard]] std::filesystem::path checks() const;

private:
  state_folder(std::filesystem::path path, int lock);

  std::filesystem::path path_;
  int lock_ = -1;
};

} // namespace cohort::runtime::workspace
