#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace cohort::runtime::execution {

/// Digests of files and of folders' lists of names, each made once for as long
/// as the file system says that nothing changed.
///
/// What changed less than two seconds ago is always read again: a second
/// change could bear the same times (git calls such entries "racy").
///
/// Threads: any.
class file_digests {
public:
  struct digest {
    std::string bytes;
    int64_t changed_ns = 0; // Since 1970; the later of content and inode.
  };

  /// Nothing when it is no file that can be read.
  std::optional<digest> of_file(const std::filesystem::path& file);

  /// Of the sorted names in it, not of what they hold. Nothing when it is no
  /// folder.
  std::optional<digest> of_folder(const std::filesystem::path& folder);

private:
  struct stamp {
    uint64_t device = 0;
    uint64_t inode = 0;
    uint64_t size = 0;
    int64_t modified_ns = 0;
    int64_t changed_ns = 0;
    bool operator==(const stamp&) const = default;
  };
  struct entry {
    stamp when;
    std::string bytes;
  };

  static std::optional<stamp> look(const std::filesystem::path& path,
                                   bool folder);
  template <class Read>
  std::optional<digest>
  remember(const std::filesystem::path& path, bool folder, Read read);

  std::mutex mutex_;
  std::unordered_map<std::string, entry> known_;
};

} // namespace cohort::runtime::execution
