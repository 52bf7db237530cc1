#include "runtime/workspace/blobs.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cohort::runtime::workspace {

namespace fs = std::filesystem;

namespace {

/// Files above this size are never held in memory as a whole.
constexpr size_t part_bytes = 4U << 20;

class descriptor {
public:
  explicit descriptor(const fs::path& path)
    : // Neither follows a link nor waits for a pipe that took the file's place.
      fd_{open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)} {
    // nop
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0)
      close(fd_);
  }
  [[nodiscard]] int get() const {
    return fd_;
  }

private:
  int fd_;
};

error unreadable(const fs::path& path, int why) {
  return {why == ENOENT ? errc::not_found : errc::workspace_unreadable,
          "cannot read " + path.string() + ": " + std::strerror(why)};
}

/// Fills `buffer` as far as the file goes. Returns how far, or -1.
ssize_t read_full(int fd, std::string& buffer) {
  size_t have = 0;
  while (have < buffer.size()) {
    auto n = read(fd, buffer.data() + have, buffer.size() - have);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    have += static_cast<size_t>(n);
  }
  return static_cast<ssize_t>(have);
}

/// A power cut may leave an object that is empty or cut off; git takes it for
/// present and never writes it again. It is removed here, where its content is
/// at hand, so that the store heals.
void remove_if_damaged(git_repository* repo, git_odb* odb, const git_oid& oid) {
  size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  auto found = git_odb_read_header(&size, &type, odb, &oid);
  if (found == 0 || found == GIT_ENOTFOUND)
    return;
  auto hex = git::to_hex(oid);
  auto file = fs::path{git_repository_commondir(repo)} / "objects"
              / hex.substr(0, 2) / hex.substr(2);
  std::error_code ignored;
  fs::remove(file, ignored);
}

expected<git_oid> store_bytes(git_repository* repo, const fs::path& path,
                              std::string_view bytes) {
  auto odb = git::objects_of(repo);
  if (!odb)
    return odb.error();
  git_oid oid;
  if (git_odb_hash(&oid, bytes.data(), bytes.size(), GIT_OBJECT_BLOB) != 0)
    return git::last_error("cannot hash " + path.string());
  remove_if_damaged(repo, odb->get(), oid);
  if (git_odb_write(&oid, odb->get(), bytes.data(), bytes.size(),
                    GIT_OBJECT_BLOB)
      != 0)
    return git::last_error("cannot store " + path.string() + " in "
                           + git_repository_path(repo));
  return oid;
}

expected<git_oid> store_stream(git_repository* repo, const fs::path& path,
                               int fd, std::string buffer, uint64_t& bytes) {
  git_writestream* stream = nullptr;
  auto failed = [&] {
    return git::last_error("cannot store " + path.string() + " in "
                           + git_repository_path(repo));
  };
  if (git_blob_create_from_stream(&stream, repo, nullptr) != 0)
    return failed();
  auto n = static_cast<ssize_t>(buffer.size());
  for (; n > 0; n = read_full(fd, buffer)) {
    if (stream->write(stream, buffer.data(), static_cast<size_t>(n)) != 0) {
      auto why = failed();
      stream->free(stream);
      return why;
    }
    bytes += static_cast<uint64_t>(n);
  }
  if (n < 0) {
    auto why = unreadable(path, errno);
    stream->free(stream);
    return why;
  }
  git_oid oid;
  if (git_blob_create_from_stream_commit(&oid, stream) != 0) // Frees it too.
    return failed();
  return oid;
}

expected<stored_entry> store_link(git_repository* repo, const fs::path& path) {
  std::error_code failed;
  auto target = fs::read_symlink(path, failed).string();
  if (failed)
    return unreadable(path, failed.value());
  auto oid = store_bytes(repo, path, target);
  if (!oid)
    return oid.error();
  return stored_entry{*oid, GIT_FILEMODE_LINK, target.size()};
}

expected<stored_entry> store_file(git_repository* repo, const fs::path& path,
                                  uint64_t max_bytes) {
  descriptor file{path};
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0)
    return unreadable(path, errno);
  if (!S_ISREG(info.st_mode))
    return error{errc::workspace_unreadable,
                 path.string()
                   + " was replaced while it was being read; "
                     "try again when nothing writes to it"};
  auto size = static_cast<uint64_t>(info.st_size);
  if (size > max_bytes)
    return error{errc::workspace_unreadable,
                 path.string() + " has " + std::to_string(size)
                   + " bytes, more than snapshot.max_file_mb allows; ignore it "
                     "in .gitignore or raise the limit"};
  stored_entry result;
  if ((info.st_mode & S_IXUSR) != 0)
    result.mode = GIT_FILEMODE_BLOB_EXECUTABLE;
  // One byte more than it should have, to see its end in the same read.
  std::string buffer(std::min<uint64_t>(size + 1, part_bytes), '\0');
  auto n = read_full(file.get(), buffer);
  if (n < 0)
    return unreadable(path, errno);
  auto whole = static_cast<size_t>(n) < buffer.size();
  buffer.resize(static_cast<size_t>(n));
  if (whole)
    result.bytes = buffer.size();
  auto oid = whole ? store_bytes(repo, path, buffer)
                   : store_stream(repo, path, file.get(), std::move(buffer),
                                  result.bytes);
  if (!oid)
    return oid.error();
  result.oid = *oid;
  return result;
}

} // namespace

expected<kind_on_disk> look_at(const fs::path& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      return kind_on_disk::none;
    return unreadable(path, errno);
  }
  return S_ISREG(info.st_mode)   ? kind_on_disk::file
         : S_ISLNK(info.st_mode) ? kind_on_disk::link
                                 : kind_on_disk::other;
}

expected<stored_entry> store_entry(git_repository* repo, const fs::path& path,
                                   kind_on_disk kind, uint64_t max_bytes) {
  return kind == kind_on_disk::link ? store_link(repo, path)
                                    : store_file(repo, path, max_bytes);
}

bool is_on_disk(git_odb* odb, const fs::path& path, const git_oid& oid,
                git_filemode_t mode) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0)
    return false;
  git_oid found;
  if (S_ISLNK(info.st_mode)) {
    std::error_code failed;
    auto target = fs::read_symlink(path, failed).string();
    return !failed && mode == GIT_FILEMODE_LINK
           && git_odb_hash(&found, target.data(), target.size(),
                           GIT_OBJECT_BLOB)
                == 0
           && git_oid_equal(&found, &oid) != 0;
  }
  auto executable = (info.st_mode & S_IXUSR) != 0;
  size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  return S_ISREG(info.st_mode) && mode != GIT_FILEMODE_LINK
         && executable == (mode == GIT_FILEMODE_BLOB_EXECUTABLE)
         && git_odb_read_header(&size, &type, odb, &oid) == 0
         && size == static_cast<size_t>(info.st_size)
         && git_odb_hashfile(&found, path.c_str(), GIT_OBJECT_BLOB) == 0
         && git_oid_equal(&found, &oid) != 0;
}

} // namespace cohort::runtime::workspace
