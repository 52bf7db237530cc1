#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "runtime/workspace/files.hpp"
#include "runtime/workspace/object_store_impl.hpp"
#include "runtime/workspace/snapshot_files.hpp"
#include "runtime/workspace/user_repository.hpp"

/// From a commit of the user's repository to a tree that compares with a
/// snapshot.
namespace cohort::runtime::workspace {

namespace fs = std::filesystem;

namespace {

/// The tree that a revision names. Errors: workspace_unreadable.
expected<git::tree> resolve(const user_repository& user,
                            const std::string& revision) {
  git_object* raw = nullptr;
  auto found = git_revparse_single(&raw, user.repo.get(), revision.c_str());
  std::unique_ptr<git_object, git::deleter<git_object_free>> object{raw};
  git_object* tree = nullptr;
  if (found == 0 && git_object_peel(&tree, raw, GIT_OBJECT_TREE) == 0)
    return git::tree{reinterpret_cast<git_tree*>(tree)};
  return git::last_error(
    "the base '" + revision + "' is no revision of the repository around "
      + git_repository_workdir(user.repo.get())
      + "; name a commit, a branch or a tag that it has (a shallow clone lacks "
        "older ones: git fetch --unshallow)",
    errc::workspace_unreadable);
}

/// Writes the files of a revision into the store, as git would check them out.
class checkout {
public:
  checkout(const user_repository& user, git_repository* store, git_odb* from,
           git_odb* to)
    : user_{user}, store_{store}, from_{from}, to_{to} {
    // nop
  }

  expected<void> store(tree_change& entry) {
    if (entry.mode == GIT_FILEMODE_LINK)
      return copy(entry.oid);
    git_filter_list* raw = nullptr;
    auto path = user_.folder + entry.path;
    if (git_filter_list_load(&raw, user_.repo.get(), nullptr, path.c_str(),
                             GIT_FILTER_TO_WORKTREE, GIT_FILTER_ALLOW_UNSAFE)
        != 0)
      return failed(path);
    std::unique_ptr<git_filter_list, git::deleter<git_filter_list_free>> list{
      raw};
    return raw ? convert(raw, path, entry) : copy(entry.oid);
  }

private:
  static error failed(const std::string& path) {
    return git::last_error("cannot take " + path + " of the base");
  }

  expected<void> copy(const git_oid& oid) {
    if (git_odb_exists_ext(to_, &oid, GIT_ODB_LOOKUP_NO_REFRESH) != 0)
      return {};
    git_odb_object* raw = nullptr;
    if (git_odb_read(&raw, from_, &oid) != 0)
      return failed("object " + git::to_hex(oid));
    git::odb_object object{raw};
    git_oid written;
    if (git_odb_write(&written, to_, git_odb_object_data(raw),
                      git_odb_object_size(raw), GIT_OBJECT_BLOB)
        != 0)
      return failed("object " + git::to_hex(oid));
    return {};
  }

  expected<void> convert(git_filter_list* filters, const std::string& path,
                         tree_change& entry) {
    git_blob* raw = nullptr;
    if (git_blob_lookup(&raw, user_.repo.get(), &entry.oid) != 0)
      return failed(path);
    git::blob blob{raw};
    git_buf bytes = GIT_BUF_INIT;
    auto done = git_filter_list_apply_to_blob(&bytes, filters, raw) == 0
                && git_blob_create_from_buffer(&entry.oid, store_, bytes.ptr,
                                               bytes.size)
                     == 0;
    git_buf_dispose(&bytes);
    if (!done)
      return failed(path);
    return {};
  }

  const user_repository& user_;
  git_repository* store_;
  git_odb* from_;
  git_odb* to_;
};

using paths = std::vector<tree_change>;

bool is_below(const std::string& path, const paths& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](auto& folder) {
    return path.starts_with(folder.path + '/');
  });
}

/// A file that a sparse checkout leaves out is not gone from the workspace.
bool is_left_out(const user_repository& user, const std::string& path) {
  auto* entry = git_index_get_bypath(user.index.get(),
                                     (user.folder + path).c_str(), 0);
  return entry != nullptr
         && (entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
}

/// Of what is `present`, that which `committed` says nothing of, and never
/// would.
paths without_history(const paths& present, const paths& committed,
                      const snapshot_settings& settings) {
  paths modules;
  std::copy_if(committed.begin(), committed.end(), std::back_inserter(modules),
               [](auto& it) { return it.mode == GIT_FILEMODE_COMMIT; });
  auto is_included = [&](const std::string& path) {
    return std::any_of(settings.include.begin(), settings.include.end(),
                       [&](auto& glob) { return matches_glob(glob, path); });
  };
  paths result;
  for (auto& entry : present) {
    auto is_committed
      = std::binary_search(committed.begin(), committed.end(), entry,
                           [](auto& a, auto& b) { return a.path < b.path; });
    if (!is_committed
        && (is_below(entry.path, modules) || is_included(entry.path)))
      result.push_back(entry);
  }
  return result;
}

/// The workspace's folder of a revision.
expected<paths> list_revision(const user_repository& user,
                              const std::string& revision) {
  auto named = resolve(user, revision);
  if (!named)
    return named.error();
  auto folder = folder_of(user, named->get());
  if (!folder)
    return folder.error();
  return list_tree(user.repo.get(), folder->get());
}

/// The files of `committed` that a checkout would have, stored.
expected<paths> store_files(const user_repository& user, git_repository* store,
                            const paths& committed) {
  auto from = git::objects_of(user.repo.get());
  if (!from)
    return from.error();
  auto to = git::objects_of(store);
  if (!to)
    return to.error();
  checkout files{user, store, from->get(), to->get()};
  paths result;
  for (auto entry : committed) {
    if (entry.mode == GIT_FILEMODE_COMMIT || !is_safe_path(entry.path)
        || is_left_out(user, entry.path))
      continue;
    if (auto stored = files.store(entry); !stored)
      return stored.error();
    result.push_back(std::move(entry));
  }
  return result;
}

expected<user_repository> repository_of(const fs::path& workspace_root,
                                        const std::string& revision) {
  auto found = find_user_repository(workspace_root);
  if (!found)
    return found.error();
  if (!*found)
    return error{errc::workspace_unreadable,
                 "no git repository holds " + workspace_root.string()
                   + ", so that it has no revision '" + revision + "'"};
  return std::move(**found);
}

} // namespace

expected<tree_id>
object_store::take_revision(const fs::path& workspace_root,
                            const std::string& revision,
                            const tree_id& snapshot,
                            const snapshot_settings& settings) {
  auto* store = impl_->repo.get();
  paths files;
  if (!revision.empty()) {
    auto user = repository_of(workspace_root, revision);
    if (!user)
      return user.error();
    auto committed = list_revision(*user, revision);
    if (!committed)
      return committed.error();
    auto taken = impl_->find(snapshot);
    if (!taken)
      return taken.error();
    auto present = list_tree(store, taken->get());
    if (!present)
      return present.error();
    auto stored = store_files(*user, store, *committed);
    if (!stored)
      return stored.error();
    files = without_history(*present, *committed, settings);
    files.insert(files.end(), stored->begin(), stored->end());
  }
  auto written = update_tree(store, nullptr, std::move(files));
  if (!written)
    return written.error();
  return git::to_hex(*written);
}

} // namespace cohort::runtime::workspace
