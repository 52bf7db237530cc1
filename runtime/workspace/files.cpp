#include "runtime/workspace/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::workspace {

namespace {

error failed(const std::string& what, const std::filesystem::path& file) {
  return {errc::storage_failed,
          "cannot " + what + ' ' + file.string() + ": " + std::strerror(errno)};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

/// Fills `bytes` with all that follows. Returns whether that worked.
bool read_all(int fd, std::string& bytes) {
  size_t have = 0;
  for (;;) {
    if (have == bytes.size())
      bytes.resize(have + (64U << 10)); // To see the end, or growth.
    auto n = read(fd, bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      bytes.resize(have);
      return n == 0;
    }
    have += static_cast<size_t>(n);
  }
}

} // namespace

expected<void> write_new_file(const std::filesystem::path& file,
                              std::string_view bytes, unsigned mode,
                              bool durable) {
  auto fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0)
    return failed("create", file);
  auto ok = write_all(fd, bytes) && (!durable || fsync(fd) == 0);
  auto why = ok ? error{} : failed("write", file);
  if (close(fd) != 0 && ok) {
    ok = false; // Where a network file system reports a full disk.
    why = failed("write", file);
  }
  if (ok)
    return {};
  unlink(file.c_str());
  return why;
}

expected<void> write_file(const std::filesystem::path& file,
                          std::string_view bytes, const write_options& how) {
  std::error_code ignored; // Creating the file says what is wrong.
  std::filesystem::create_directories(file.parent_path(), ignored);
  auto temporary = temporary_name(file);
  if (auto written = write_new_file(temporary, bytes,
                                    how.executable ? 0777 : 0666, how.durable);
      !written)
    return written;
  if (rename(temporary.c_str(), file.c_str()) == 0)
    return {};
  auto why = failed("replace", file);
  unlink(temporary.c_str());
  return why;
}

expected<std::string> read_file(const std::filesystem::path& file) {
  auto fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return error{errno == ENOENT || errno == ENOTDIR
                   ? errc::not_found
                   : errc::workspace_unreadable,
                 "cannot read " + file.string() + ": " + std::strerror(errno)};
  struct stat info {};
  std::string bytes;
  bool ok = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  if (ok) {
    bytes.resize(static_cast<size_t>(info.st_size));
    ok = read_all(fd, bytes);
  }
  close(fd);
  if (!ok)
    return error{errc::workspace_unreadable,
                 file.string() + " is not a file that can be read"};
  return bytes;
}

bool is_git_name(std::string_view part) {
  constexpr std::string_view name = ".git";
  return part.size() == name.size()
         && std::equal(
           part.begin(), part.end(), name.begin(), [](char a, char b) {
             return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
           });
}

bool is_safe_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos)
    return false;
  while (true) {
    auto slash = path.find('/');
    auto part = path.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || is_git_name(part))
      return false;
    if (slash == std::string_view::npos)
      return true;
    path.remove_prefix(slash + 1);
  }
}

std::string linked_parent(const std::filesystem::path& folder,
                          const std::string& relative) {
  auto parent = folder.string() + '/';
  for (size_t begin = 0, slash = relative.find('/'); slash != std::string::npos;
       begin = slash, slash = relative.find('/', begin + 1)) {
    parent.append(relative, begin, slash - begin);
    struct stat info {};
    if (lstat(parent.c_str(), &info) == 0 && S_ISLNK(info.st_mode))
      return relative.substr(0, slash);
  }
  return {};
}

bool has_linked_parent(const std::filesystem::path& folder,
                       const std::string& relative) {
  return !linked_parent(folder, relative).empty();
}

} // namespace cohort::runtime::workspace
