#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "runtime/workspace/proposals.hpp"

namespace cohort::runtime::workspace {

/// SHA-256 of a file's bytes, as lower-case hexadecimal digits.
[[nodiscard]] std::string file_digest(std::string_view bytes);

/// A file as somebody named it.
struct base_file {
  std::string path; // Relative to the workspace, links resolved; as it was
                    // named when it is closed.
  std::optional<objection> closed; // Why it cannot be changed.
  std::string bytes;
  struct stat seen {}; // Before it was read.
};

/// The files of a workspace as they were when they were first asked for: what
/// is edited is what was read.
///
/// Blocks: reads files. Not thread-safe. Cost: each file is read once, and
/// kept.
class base_files {
public:
  /// REQUIRES: `root` is canonical.
  explicit base_files(std::filesystem::path root) : root_{std::move(root)} {
    // nop
  }

  /// A file by an absolute name, or one relative to the workspace. Closed is
  /// what is not there, is no regular file, or lies outside of the workspace or
  /// inside of a ".git" folder once links and ".." are followed; names that
  /// lead to one file find one file. The reference stays valid.
  const base_file& find(const std::string& name);

  /// Forgets the bytes of a file that changed since: it is closed, as stale.
  /// `path` is as in `base_file`.
  void close_changed(const std::string& path);

  [[nodiscard]] const std::filesystem::path& root() const {
    return root_;
  }

private:
  const base_file& read(const std::string& path);

  std::filesystem::path root_;
  std::map<std::string, base_file> by_path_; // Those inside the workspace.
  std::map<std::string, base_file> closed_;  // The others, by name.
  std::map<std::string, const base_file*> by_name_;
};

} // namespace cohort::runtime::workspace
