#include "runtime/workspace/state_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::workspace {

namespace {

std::string holder_of(int lock) {
  char text[32] = {};
  auto n = pread(lock, text, sizeof text - 1, 0);
  std::string pid{text, n > 0 ? static_cast<size_t>(n) : 0};
  while (!pid.empty() && pid.back() == '\n')
    pid.pop_back();
  return pid.empty() ? "another process" : "process " + pid;
}

} // namespace

std::filesystem::path state_folder::default_path() {
  if (auto* state = std::getenv("XDG_STATE_HOME"); state && *state == '/')
    return std::filesystem::path{state} / "cohort";
  if (auto* home = std::getenv("HOME"); home && *home == '/')
    return std::filesystem::path{home} / ".local" / "state" / "cohort";
  return "/var/tmp/cohort-" + std::to_string(getuid());
}

std::filesystem::path
state_folder::store_of(const std::filesystem::path& state) {
  return state / "store.git";
}

std::filesystem::path
state_folder::journal_of(const std::filesystem::path& state) {
  return state / "journal.db";
}

std::filesystem::path
state_folder::history_of(const std::filesystem::path& state) {
  return state / "history.db";
}

expected<state_folder> state_folder::open(const std::filesystem::path& where) {
  std::error_code failed;
  for (auto& folder : {where, where / "slots", where / "patches"}) {
    // It holds copies of the user's sources; a folder that exists stays as open
    // as its owner made it.
    if (std::filesystem::create_directories(folder, failed))
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all,
                                   failed);
    if (failed)
      return error{errc::storage_failed,
                   "cannot make the state folder " + folder.string() + ": "
                     + failed.message() + "; choose another with --state"};
  }
  auto path = std::filesystem::canonical(where, failed);
  if (failed)
    path = where;
  auto file = path / "lock";
  auto lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0)
    return error{errc::storage_failed,
                 "cannot open " + file.string() + ": " + std::strerror(errno)
                   + "; choose another folder with --state"};
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    error why{errc::state_locked, "the state folder " + path.string()
                                    + " is in use by " + holder_of(lock)
                                    + "; wait for it, or choose another with "
                                      "--state"};
    close(lock);
    return why;
  }
  auto pid = std::to_string(getpid()) + '\n';
  if (ftruncate(lock, 0) != 0
      || pwrite(lock, pid.data(), pid.size(), 0)
           != static_cast<ssize_t>(pid.size())) {
    error why{errc::storage_failed,
              "cannot write " + file.string() + ": " + std::strerror(errno)};
    close(lock);
    return why;
  }
  remove_stale_temporaries(path);
  remove_stale_temporaries(path / "patches");
  remove_leftovers(store_of(path));
  return state_folder{path, lock};
}

state_folder::state_folder(std::filesystem::path path, int lock)
  : path_{std::move(path)}, lock_{lock} {
  // nop
}

state_folder::state_folder(state_folder&& other) noexcept
  : path_{std::move(other.path_)}, lock_{std::exchange(other.lock_, -1)} {
  // nop
}

state_folder& state_folder::operator=(state_folder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

state_folder::~state_folder() {
  if (lock_ >= 0) {
    // Empty again, so that nobody reads an old process id; the file itself
    // stays: removing it would race with the next holder.
    [[maybe_unused]] auto ignored = ftruncate(lock_, 0);
    close(lock_);
  }
}

std::filesystem::path state_folder::store() const {
  return store_of(path_);
}

std::filesystem::path state_folder::journal() const {
  return journal_of(path_);
}

std::filesystem::path state_folder::history() const {
  return history_of(path_);
}

std::filesystem::path state_folder::slots() const {
  return path_ / "slots";
}

std::filesystem::path state_folder::patches() const {
  return path_ / "patches";
}

std::filesystem::path state_folder::checks() const {
  return path_ / "checks.db";
}

} // namespace cohort::runtime::workspace
