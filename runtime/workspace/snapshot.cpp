#include <algorithm>
#include <utility>

#include "runtime/workspace/blobs.hpp"
#include "runtime/workspace/files.hpp"
#include "runtime/workspace/object_store_impl.hpp"
#include "runtime/workspace/snapshot_files.hpp"

/// From a folder to a tree.
namespace cohort::runtime::workspace {

namespace fs = std::filesystem;

namespace {

/// What stands at `folder`/`path` becomes an entry; deleted when it is neither
/// a file nor a link. `bytes` grows by what was stored.
expected<tree_change> store_path(git_repository* repo, const fs::path& folder,
                                 const std::string& path, uint64_t max_bytes,
                                 uint64_t& bytes) {
  tree_change gone{path, {}, GIT_FILEMODE_BLOB, true};
  auto kind = look_at(folder / path);
  if (!kind)
    return kind.error();
  if (*kind != kind_on_disk::file && *kind != kind_on_disk::link)
    return gone;
  auto stored = store_entry(repo, folder / path, *kind, max_bytes);
  if (!stored && stored.error().code == errc::not_found)
    return gone; // It went away a moment ago.
  if (!stored)
    return stored.error();
  bytes += stored->bytes;
  return tree_change{path, stored->oid, stored->mode, false};
}

} // namespace

expected<snapshot>
object_store::take_snapshot(const fs::path& workspace_root,
                            const snapshot_settings& settings) {
  auto files = list_snapshot_files(workspace_root, settings);
  if (!files)
    return files.error();
  snapshot result;
  std::vector<tree_change> entries;
  for (auto& path : *files) {
    auto entry = store_path(impl_->repo.get(), workspace_root, path,
                            settings.max_file_bytes, result.bytes);
    if (!entry)
      return entry.error();
    if (!entry->deleted)
      entries.push_back(std::move(*entry));
  }
  result.files = entries.size();
  auto oid = update_tree(impl_->repo.get(), nullptr, std::move(entries));
  if (!oid)
    return oid.error();
  result.tree = git::to_hex(*oid);
  return result;
}

expected<tree_id> object_store::capture(const fs::path& folder,
                                        const tree_id& base,
                                        const std::vector<std::string>& files) {
  auto sorted = files;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<tree_change> changes;
  uint64_t bytes = 0;
  for (auto& path : sorted) {
    if (!is_safe_path(path))
      return error{errc::invalid_request, "'" + path + "' leaves the worktree"};
    // Behind a link it is another folder's file: of this one it is gone.
    expected<tree_change> entry
      = has_linked_parent(folder, path)
          ? tree_change{path, {}, GIT_FILEMODE_BLOB, true}
          : store_path(impl_->repo.get(), folder, path,
                       snapshot_settings{}.max_file_bytes, bytes);
    if (!entry)
      return entry.error();
    changes.push_back(std::move(*entry));
  }
  return impl_->update(base, std::move(changes));
}

expected<tree_id> object_store::revert(const tree_id& tree, const tree_id& base,
                                       const std::vector<std::string>& files) {
  auto before = impl_->select(base, files);
  if (!before)
    return before.error();
  return impl_->update(tree, std::move(*before));
}

expected<tree_id>
object_store::rewrite(const tree_id& tree,
                      const std::vector<file_content>& files) {
  std::vector<std::string> paths;
  for (auto& file : files)
    paths.push_back(file.path);
  auto entries = impl_->select(tree, paths);
  if (!entries)
    return entries.error();
  for (auto& entry : *entries) {
    auto file = std::find_if(files.begin(), files.end(), [&](auto& candidate) {
      return candidate.path == entry.path;
    });
    if (entry.deleted || file == files.end())
      return error{errc::not_found,
                   "no file " + entry.path + " in tree " + tree};
    if (git_blob_create_from_buffer(&entry.oid, impl_->repo.get(),
                                    file->bytes.data(), file->bytes.size())
        != 0)
      return git::last_error("cannot store " + entry.path);
  }
  return impl_->update(tree, std::move(*entries));
}

} // namespace cohort::runtime::workspace
