#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/workspace/blobs.hpp"
#include "runtime/workspace/files.hpp"
#include "runtime/workspace/object_store_impl.hpp"

/// From a tree to a folder.
namespace cohort::runtime::workspace {

namespace fs = std::filesystem;

namespace {

error cannot(const std::string& what, const fs::path& path,
             const std::error_code& why) {
  return {errc::storage_failed,
          "cannot " + what + ' ' + path.string() + ": " + why.message()};
}

/// Brings a folder, entry by entry, to what a tree holds.
class worktree {
public:
  worktree(git_repository* repo, git_odb* odb, const fs::path& folder)
    : repo_{repo}, odb_{odb}, folder_{folder} {
    // nop
  }

  /// Removes what is not among `entries`, below `prefix` ("" or "a/b/"): also
  /// folders that are empty, which no tree can hold.
  expected<void> remove_others(const std::vector<tree_change>& entries,
                               const std::string& prefix) {
    std::error_code failed;
    std::vector<fs::directory_entry> found;
    fs::directory_iterator it{folder_ / prefix, failed};
    for (; !failed && it != fs::directory_iterator{}; it.increment(failed))
      found.push_back(*it);
    if (failed)
      return cannot("read the folder", folder_ / prefix, failed);
    for (auto& entry : found) {
      auto path = prefix + entry.path().filename().string();
      auto is_folder = fs::is_directory(entry.symlink_status(failed));
      auto wanted = is_folder ? path + '/' : path;
      auto place
        = std::lower_bound(entries.begin(), entries.end(), wanted,
                           [](auto& x, auto& y) { return x.path < y; });
      auto there = place != entries.end()
                   && (is_folder
                         ? place->path.compare(0, wanted.size(), wanted) == 0
                         : place->path == wanted);
      if (there && is_folder) {
        if (auto done = remove_others(entries, wanted); !done)
          return done;
      } else if (!there) {
        fs::remove_all(entry.path(), failed);
        if (failed)
          return cannot("remove", entry.path(), failed);
      }
    }
    return {};
  }

  expected<void> remove(const std::string& path) {
    if (!is_safe_path(path))
      return unsafe(path);
    if (has_linked_parent(folder_, path))
      return {}; // Behind a link it is another folder's file.
    std::error_code failed;
    fs::remove_all(folder_ / path, failed);
    if (failed && failed != std::errc::not_a_directory)
      return cannot("remove", folder_ / path, failed);
    for (auto parent = fs::path{path}.parent_path(); !parent.empty();
         parent = parent.parent_path())
      if (!fs::remove(folder_ / parent, failed) || failed)
        break;
    return {};
  }

  expected<void> write(const tree_change& entry) {
    if (!is_safe_path(entry.path))
      return unsafe(entry.path);
    git_blob* raw = nullptr;
    if (git_blob_lookup(&raw, repo_, &entry.oid) != 0)
      return git::last_error("the store has lost the content of " + entry.path);
    git::blob blob{raw};
    std::string_view bytes{static_cast<const char*>(git_blob_rawcontent(raw)),
                           static_cast<size_t>(git_blob_rawsize(raw))};
    if (auto room = make_room(entry.path); !room)
      return room;
    auto target = folder_ / entry.path;
    if (entry.mode != GIT_FILEMODE_LINK)
      return write_file(target, bytes,
                        {entry.mode == GIT_FILEMODE_BLOB_EXECUTABLE, false});
    std::error_code failed;
    fs::create_directories(target.parent_path(), failed);
    fs::remove(target, failed);
    fs::create_symlink(fs::path{bytes}, target, failed);
    if (failed)
      return cannot("make the link", target, failed);
    return {};
  }

  /// Whether the entry needs no writing.
  bool has(const tree_change& entry) {
    return is_safe_path(entry.path) && !has_linked_parent(folder_, entry.path)
           && is_on_disk(odb_, folder_ / entry.path, entry.oid, entry.mode);
  }

private:
  static error unsafe(const std::string& path) {
    return {errc::storage_failed,
            "the tree holds a path that leaves its folder: '" + path + "'"};
  }

  /// Removes what stands in the way of a file: above it a link or another file,
  /// in its place a folder.
  expected<void> make_room(const std::string& path) {
    std::error_code failed;
    for (auto slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      auto parent = folder_ / path.substr(0, slash);
      auto status = fs::symlink_status(parent, failed);
      if (!fs::exists(status))
        break;
      if (fs::is_directory(status))
        continue;
      if (!fs::remove(parent, failed))
        return cannot("remove", parent, failed);
      break;
    }
    auto target = folder_ / path;
    if (fs::is_directory(fs::symlink_status(target, failed))) {
      fs::remove_all(target, failed);
      if (failed)
        return cannot("remove", target, failed);
    }
    return {};
  }

  git_repository* repo_;
  git_odb* odb_;
  const fs::path& folder_;
};

} // namespace

expected<void> object_store::materialise(const fs::path& folder,
                                         const tree_id& tree,
                                         const tree_id& current) {
  auto target = impl_->find(tree);
  if (!target)
    return target.error();
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    return cannot("make", folder, failed);
  worktree work{impl_->repo.get(), impl_->odb.get(), folder};
  if (current.empty()) {
    auto entries = list_tree(impl_->repo.get(), target->get());
    if (!entries)
      return entries.error();
    if (auto done = work.remove_others(*entries, {}); !done)
      return done;
    for (auto& entry : *entries)
      if (!work.has(entry))
        if (auto done = work.write(entry); !done)
          return done;
    return {};
  }
  auto changes = impl_->compare(current, tree);
  if (!changes)
    return changes.error();
  // Removals first: a folder may become a file, or a file a folder.
  for (auto& change : *changes)
    if (change.deleted)
      if (auto done = work.remove(change.path); !done)
        return done;
  for (auto& change : *changes)
    if (!change.deleted)
      if (auto done = work.write(change); !done)
        return done;
  return {};
}

} // namespace cohort::runtime::workspace
