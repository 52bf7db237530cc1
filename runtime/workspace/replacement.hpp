#pragma once

#include <filesystem>
#include <string_view>

#include <sys/stat.h>

#include "runtime/expected.hpp"

namespace cohort::runtime::workspace {

/// New content for one file, which takes the old one's place at once or not at
/// all: written beside it and synced, then renamed. Owner and mode are kept; a
/// hard link elsewhere keeps the old content.
///
/// Blocks: writes. Until `put_in_place` nothing but a temporary file is there,
/// and the destructor removes it.
class replacement {
public:
  /// `seen` is the file's status from before its content was read. Errors:
  /// storage_failed.
  static expected<replacement> stage(std::filesystem::path file,
                                     const struct stat& seen,
                                     std::string_view bytes);
  replacement(replacement&& other) noexcept;
  replacement& operator=(replacement&&) = delete;
  ~replacement();

  /// Whether the file is still the one that was seen.
  [[nodiscard]] bool is_current() const;

  /// Errors: workspace_moved when the file is not the one that was seen;
  /// storage_failed. It is as it was then.
  expected<void> put_in_place();

private:
  replacement(std::filesystem::path file, const struct stat& seen)
    : file_{std::move(file)}, seen_{seen} {
    // nop
  }

  std::filesystem::path file_;
  struct stat seen_;
  std::filesystem::path staged_; // Empty: nothing to remove.
};

} // namespace cohort::runtime::workspace
