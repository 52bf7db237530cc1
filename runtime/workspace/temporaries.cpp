#include "runtime/workspace/temporaries.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <random>
#include <string>
#include <system_error>

#include <unistd.h>

namespace cohort::runtime::workspace {

namespace {

namespace fs = std::filesystem;

/// A process id may be given again, in a container always the same one.
unsigned own_number() {
  static const unsigned number = std::random_device{}();
  return number;
}

bool is_alive(long pid) {
  return kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH;
}

bool is_stale(const std::string& name) {
  long pid = 0;
  unsigned number = 0;
  unsigned count = 0;
  int end = 0;
  if (std::sscanf(name.c_str(), ".cohort-%ld-%u-%u.tmp%n", &pid, &number,
                  &count, &end)
        != 3
      || static_cast<size_t>(end) != name.size() || pid <= 0)
    return false;
  return pid == getpid() ? number != own_number() : !is_alive(pid);
}

template <class Predicate>
void remove_entries(const fs::path& folder, Predicate is_left) {
  std::error_code ignored;
  for (fs::directory_iterator entry{folder, ignored}, end;
       !ignored && entry != end; entry.increment(ignored)) {
    std::error_code failed;
    if (is_left(entry->path().filename().string()))
      fs::remove_all(entry->path(), failed);
  }
}

const auto process_began = fs::file_time_type::clock::now();

/// As libgit2 names an object until it is whole.
bool is_unnamed_object(const std::string& name) {
  return name.starts_with("tmp_object");
}

bool is_lock(const std::string& name) {
  return name.ends_with(".lock");
}

/// cohort's own lock is a file that stays.
bool is_git_lock(const std::string& name) {
  return is_lock(name) && name != "cohort.lock";
}

} // namespace

fs::path temporary_name(const fs::path& file) {
  static std::atomic<unsigned> counter{0};
  // Not the file's name with something added: that may be too long.
  return file.parent_path()
         / (".cohort-" + std::to_string(getpid()) + '-'
            + std::to_string(own_number()) + '-' + std::to_string(counter++)
            + ".tmp");
}

void remove_stale_temporaries(const fs::path& folder) {
  remove_entries(folder, is_stale);
}

void remove_leftovers(const fs::path& store) {
  remove_entries(store, is_git_lock);
  remove_entries(store / "objects", is_unnamed_object);
  std::error_code ignored;
  for (fs::recursive_directory_iterator entry{store / "refs", ignored}, end;
       !ignored && entry != end; entry.increment(ignored)) {
    std::error_code failed;
    if (entry->is_directory(failed))
      remove_entries(entry->path(), is_lock);
  }
}

void remove_abandoned_objects(const fs::path& objects,
                              fs::file_time_type since) {
  remove_entries(objects, [&](const std::string& name) {
    std::error_code failed;
    auto written = fs::last_write_time(objects / name, failed);
    return is_unnamed_object(name) && !failed && written >= since
           && written < process_began;
  });
}

} // namespace cohort::runtime::workspace
