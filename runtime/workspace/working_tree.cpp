#include "runtime/workspace/working_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "runtime/workspace/blobs.hpp"
#include "runtime/workspace/file_identity.hpp"
#include "runtime/workspace/files.hpp"
#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::workspace {

namespace fs = std::filesystem;

namespace {

error cannot(const std::string& what, const fs::path& path) {
  return {errc::storage_failed,
          "cannot " + what + ' ' + path.string() + ": " + std::strerror(errno)};
}

bool is_folder(const std::optional<struct stat>& info) {
  return info && S_ISDIR(info->st_mode);
}

/// Whether `path` is among the removals of `changes`, which are sorted.
bool removes(const std::vector<tree_change>& changes, const std::string& path) {
  auto change = std::lower_bound(changes.begin(), changes.end(), path,
                                 [](auto& x, auto& y) { return x.path < y; });
  return change != changes.end() && change->path == path && change->deleted;
}

/// Files below a folder that are not among the removals of `changes`: they
/// would be lost, or keep the folder from becoming a file.
void find_others(const fs::path& root, const std::string& folder,
                 const std::vector<tree_change>& changes,
                 std::vector<std::string>& out) {
  std::error_code failed;
  for (auto& entry : fs::directory_iterator{root / folder, failed}) {
    auto path = folder + '/' + entry.path().filename().string();
    if (fs::is_directory(entry.symlink_status(failed)))
      find_others(root, path, changes, out);
    else if (!removes(changes, path))
      out.push_back(std::move(path));
  }
  if (failed)
    out.push_back(folder);
}

/// The innermost folder above `path` that is there, and those that are missing
/// below it. What is a file or a link still does not count as there.
std::pair<fs::path, std::vector<fs::path>>
missing_parents(const fs::path& root, const std::string& path) {
  std::pair<fs::path, std::vector<fs::path>> result{root, {}};
  for (auto slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    auto folder = root / path.substr(0, slash);
    if (result.second.empty() && is_folder(stat_of(folder)))
      result.first = std::move(folder);
    else
      result.second.push_back(std::move(folder));
  }
  return result;
}

/// Removes a folder that holds only folders.
bool remove_empty(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> inner;
  for (auto& entry : fs::directory_iterator{folder, failed})
    inner.push_back(entry.path());
  for (auto& path : inner)
    if (!fs::is_directory(fs::symlink_status(path, failed))
        || !remove_empty(path))
      return false;
  return rmdir(folder.c_str()) == 0;
}

/// The mode of the file that it replaces, but for who may execute it.
mode_t mode_like(const struct stat& info, bool executable) {
  auto mode = info.st_mode & 07777;
  return executable ? mode | ((mode & 0444) >> 2) : mode & ~mode_t{0111};
}

} // namespace

working_tree_change::~working_tree_change() {
  for (auto& what : steps_)
    if (!what.staged.empty())
      unlink(what.staged.c_str());
}

std::vector<std::string>
working_tree_change::moved_files(const step& what,
                                 const std::vector<tree_change>& after) const {
  auto& path = what.before.path;
  if (!what.before.deleted) {
    if (is_on_disk(objects_, root_ / path, what.before.oid, what.before.mode))
      return {};
    return {path};
  }
  if (!what.seen)
    return {};
  std::vector<std::string> others;
  if (is_folder(what.seen))
    find_others(root_, path, after, others);
  else
    others.push_back(path);
  return others;
}

expected<void>
working_tree_change::check(const std::vector<tree_change>& before,
                           const std::vector<tree_change>& after) {
  std::set<std::string> moved;
  for (size_t i = 0; i < after.size(); ++i) {
    auto& path = after[i].path;
    // A link that goes away itself hides nothing that is the workspace's.
    auto link = linked_parent(root_, path);
    if (!is_safe_path(path) || (!link.empty() && !removes(after, link))) {
      moved.insert(path + " (leads out of the workspace)");
      continue;
    }
    step what{before[i], after[i], std::nullopt, {}};
    if (link.empty())
      what.seen = stat_of(root_ / path);
    auto done = after[i].deleted ? !what.seen
                                 : link.empty()
                                     && is_on_disk(objects_, root_ / path,
                                                   after[i].oid, after[i].mode);
    if (done)
      continue;
    for (auto& file : moved_files(what, after))
      moved.insert(std::move(file));
    steps_.push_back(std::move(what));
  }
  std::stable_sort(steps_.begin(), steps_.end(), [](auto& x, auto& y) {
    return x.after.deleted && !y.after.deleted;
  });
  if (moved.empty())
    return {};
  std::string names;
  for (auto& name : moved)
    names += (names.empty() ? "" : ", ") + name;
  return error{errc::workspace_moved,
               "changed since the snapshot: " + names
                 + "; nothing was applied: run the task again, or merge the "
                   "result yourself"};
}

expected<void>
working_tree_change::write_staged(const tree_change& entry,
                                  const std::optional<struct stat>& like,
                                  const fs::path& file) const {
  git_blob* raw = nullptr;
  if (git_blob_lookup(&raw, store_, &entry.oid) != 0)
    return git::last_error("the store has lost the content of " + entry.path);
  git::blob blob{raw};
  std::string_view bytes{static_cast<const char*>(git_blob_rawcontent(raw)),
                         static_cast<size_t>(git_blob_rawsize(raw))};
  if (entry.mode == GIT_FILEMODE_LINK) {
    if (symlink(std::string{bytes}.c_str(), file.c_str()) != 0)
      return cannot("make the link", file);
    return {};
  }
  auto executable = entry.mode == GIT_FILEMODE_BLOB_EXECUTABLE;
  auto written = write_new_file(file, bytes, executable ? 0777 : 0666, true);
  if (!written || !like || !S_ISREG(like->st_mode))
    return written;
  auto kept = set_owner_and_mode(file, *like, mode_like(*like, executable));
  if (!kept)
    unlink(file.c_str());
  return kept;
}

expected<void> working_tree_change::stage() {
  for (auto& what : steps_) {
    if (what.after.deleted)
      continue;
    auto folder = missing_parents(root_, what.after.path).first;
    remove_stale_temporaries(folder); // Of an apply that was cut off.
    auto file = temporary_name(folder / "file");
    if (auto written = write_staged(what.after, what.seen, file); !written)
      return written;
    what.staged = std::move(file);
  }
  return {};
}

expected<void> working_tree_change::make_parents(const std::string& path) {
  for (auto& folder : missing_parents(root_, path).second) {
    if (mkdir(folder.c_str(), 0777) != 0)
      return cannot("make the folder", folder);
    made_folders_.push_back(folder);
  }
  return {};
}

expected<void> working_tree_change::put_in_place(step& what) {
  auto file = root_ / what.after.path;
  auto now = stat_of(file);
  if (!is_folder(what.seen) && !same_file(now, what.seen))
    return error{errc::workspace_moved,
                 what.after.path
                   + " changed while the result was being "
                     "applied"};
  if (what.after.deleted) {
    if (unlink(file.c_str()) != 0)
      return cannot("remove", file);
    return {};
  }
  if (is_folder(now) && !remove_empty(file))
    return error{errc::workspace_moved,
                 "the folder " + what.after.path + " holds other files"};
  if (auto made = make_parents(what.before.path); !made)
    return made;
  if (rename(what.staged.c_str(), file.c_str()) != 0)
    return cannot("replace", file);
  what.staged.clear();
  return {};
}

expected<void> working_tree_change::commit() {
  for (size_t i = 0; i < steps_.size(); ++i)
    if (auto done = put_in_place(steps_[i]); !done)
      return fail(done.error(), i);
  finish();
  return {};
}

expected<void> working_tree_change::undo(const step& what) {
  auto file = root_ / what.before.path;
  if (what.before.deleted) {
    if (unlink(file.c_str()) != 0)
      return cannot("remove", file);
    return {};
  }
  if (auto made = make_parents(what.before.path); !made)
    return made;
  auto temporary = temporary_name(file);
  if (auto written = write_staged(what.before, what.seen, temporary); !written)
    return written;
  if (rename(temporary.c_str(), file.c_str()) == 0)
    return {};
  auto why = cannot("restore", file);
  unlink(temporary.c_str());
  return why;
}

expected<void> working_tree_change::fail(error why, size_t done) {
  std::string lost;
  // New files go first, and the folders that were made for them, so that what
  // was there before finds its place.
  auto made = std::exchange(made_folders_, {});
  auto folders_removed = false;
  auto remove_folders = [&] {
    if (!std::exchange(folders_removed, true))
      for (auto it = made.rbegin(); it != made.rend(); ++it)
        rmdir(it->c_str());
  };
  for (auto i = done; i-- > 0;) {
    if (steps_[i].after.deleted)
      remove_folders();
    if (auto undone = undo(steps_[i]); !undone)
      lost += "; not restored: " + undone.error().message;
  }
  remove_folders();
  why.message += lost.empty() ? "; the working tree is as it was" : lost;
  return why;
}

void working_tree_change::finish() {
  std::set<fs::path> folders;
  for (auto& what : steps_) {
    auto folder = (root_ / what.after.path).parent_path();
    while (what.after.deleted && folder != root_ && rmdir(folder.c_str()) == 0)
      folder = folder.parent_path();
    folders.insert(std::move(folder));
  }
  for (auto& folder : folders)
    sync_folder(folder);
}

std::vector<std::string> working_tree_change::paths() const {
  std::vector<std::string> result;
  for (auto& what : steps_)
    result.push_back(what.after.path);
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace cohort::runtime::workspace
