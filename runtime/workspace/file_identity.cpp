#include "runtime/workspace/file_identity.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace cohort::runtime::workspace {

std::optional<struct stat> stat_of(const std::filesystem::path& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0)
    return std::nullopt;
  return info;
}

bool same_file(const std::optional<struct stat>& a,
               const std::optional<struct stat>& b) {
  if (!a || !b)
    return !a && !b;
  return a->st_ino == b->st_ino && a->st_mode == b->st_mode
         && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec
         && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

expected<void> set_owner_and_mode(const std::filesystem::path& file,
                                  const struct stat& like, mode_t mode) {
  // Whoever may not give files away keeps them; that is no reason to fail.
  [[maybe_unused]] auto given = chown(file.c_str(), like.st_uid, like.st_gid);
  if (chmod(file.c_str(), mode) == 0)
    return {};
  return error{errc::storage_failed, "cannot set the mode of " + file.string()
                                       + ": " + std::strerror(errno)};
}

void sync_folder(const std::filesystem::path& folder) {
  auto fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  fsync(fd); // Some file systems cannot; the files themselves are synced.
  close(fd);
}

} // namespace cohort::runtime::workspace
