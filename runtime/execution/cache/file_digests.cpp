#include "runtime/execution/cache/file_digests.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "runtime/execution/cache/digest.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

namespace {

constexpr size_t digests_max = 500'000;
constexpr int64_t racy_ns = 2'000'000'000;

int64_t nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

std::optional<std::string> digest_file(const fs::path& file) {
  auto bytes = workspace::read_file(file);
  if (!bytes)
    return std::nullopt;
  return digest_of_text(*bytes);
}

std::optional<std::string> digest_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  fs::directory_iterator entries{folder, failed};
  for (; !failed && entries != fs::directory_iterator{};
       entries.increment(failed))
    names.push_back(entries->path().filename().string());
  if (failed)
    return std::nullopt;
  std::sort(names.begin(), names.end());
  digest_builder all;
  for (auto& name : names)
    all.add(name);
  return std::move(all).finish();
}

} // namespace

std::optional<file_digests::stamp> file_digests::look(const fs::path& path,
                                                      bool folder) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0
      || !(folder ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode)))
    return std::nullopt;
  return stamp{info.st_dev, info.st_ino, static_cast<uint64_t>(info.st_size),
               nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
}

template <class Read>
std::optional<file_digests::digest>
file_digests::remember(const fs::path& path, bool folder, Read read) {
  auto when = look(path, folder);
  if (!when)
    return std::nullopt;
  auto changed = std::max(when->modified_ns, when->changed_ns);
  {
    std::lock_guard guard{mutex_};
    auto found = known_.find(path.native());
    if (found != known_.end() && found->second.when == *when)
      return digest{found->second.bytes, changed};
  }
  auto began = wall_clock_ns();
  auto bytes = read(path);
  if (!bytes)
    return std::nullopt;
  if (began - changed > racy_ns && look(path, folder) == when) {
    std::lock_guard guard{mutex_};
    if (known_.size() >= digests_max)
      known_.clear();
    known_[path.native()] = {*when, *bytes};
  }
  return digest{std::move(*bytes), changed};
}

std::optional<file_digests::digest>
file_digests::of_file(const fs::path& file) {
  return remember(file, false, digest_file);
}

std::optional<file_digests::digest>
file_digests::of_folder(const fs::path& folder) {
  return remember(folder, true, digest_names);
}

} // namespace cohort::runtime::execution
