#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "messages/v1/task.pb.h"
#include "runtime/expected.hpp"
#include "runtime/workspace/slot.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// The files of a worktree that a repair may edit, and their bytes.
///
/// Owns:  what it read; nobody else writes these files meanwhile.
/// Fails: storage_failed, naming the file.
class editable_files {
public:
  /// Files outside `scope` are left out.
  editable_files(workspace::slot& slot, const std::vector<std::string>& files,
                 const pb::Scope& scope);

  /// Returns why `file` may not be edited, as the end of "not tried: ...", or
  /// nothing: not named, out of scope, reached through a symbolic link, or no
  /// regular file.
  [[nodiscard]] std::optional<std::string> refuse(const std::string& file);

  /// The bytes of `file` as they are now. REQUIRES: !refuse(file).
  expected<const std::string*> read(const std::string& file);

  /// Replaces them; mode and, seen from outside, atomicity are kept.
  /// REQUIRES: !refuse(file).
  expected<void> write(const std::string& file, const std::string& bytes);

  [[nodiscard]] const std::set<std::string>& names() const {
    return names_;
  }

private:
  workspace::slot& slot_;
  std::set<std::string> names_;
  std::map<std::string, std::optional<std::string>> refusals_;
  std::map<std::string, std::string> contents_;
};

} // namespace cohort::runtime::execution
