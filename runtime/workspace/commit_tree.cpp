#include "runtime/workspace/commit_tree.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/workspace/blobs.hpp"

namespace cohort::runtime::workspace {

namespace fs = std::filesystem;

namespace {

using changes = std::vector<tree_change>;

changes::const_iterator at_or_after(const changes& in, std::string_view path) {
  return std::lower_bound(in.begin(), in.end(), path,
                          [](auto& x, auto y) { return x.path < y; });
}

bool has(const changes& in, std::string_view path) {
  auto place = at_or_after(in, path);
  return place != in.end() && place->path == path;
}

bool has_below(const changes& in, const std::string& prefix) {
  auto place = at_or_after(in, prefix);
  return place != in.end()
         && place->path.compare(0, prefix.size(), prefix) == 0;
}

/// Submodules in the workspace, with paths inside it, as the index has them.
changes submodules(const user_repository& user) {
  changes result;
  for (size_t i = 0; i < git_index_entrycount(user.index.get()); ++i) {
    auto* entry = git_index_get_byindex(user.index.get(), i);
    std::string_view path = entry->path;
    if (entry->mode == GIT_FILEMODE_COMMIT
        && path.substr(0, user.folder.size()) == user.folder)
      result.push_back({std::string{path.substr(user.folder.size())}, entry->id,
                        GIT_FILEMODE_COMMIT, false});
  }
  return result;
}

/// What git would store for a changed file; nothing when that is its bytes.
expected<bool> filter(const user_repository& user, git_repository* store,
                      tree_change& entry) {
  git_filter_list* raw = nullptr;
  auto path = user.folder + entry.path;
  auto failed = [&] {
    return git::last_error("cannot convert " + path + " for a commit");
  };
  if (git_filter_list_load(&raw, user.repo.get(), nullptr, path.c_str(),
                           GIT_FILTER_TO_ODB, GIT_FILTER_ALLOW_UNSAFE)
      != 0)
    return failed();
  if (!raw)
    return false;
  std::unique_ptr<git_filter_list, git::deleter<git_filter_list_free>> list{
    raw};
  git_blob* blob = nullptr;
  if (git_blob_lookup(&blob, store, &entry.oid) != 0)
    return failed();
  git::blob owner{blob};
  git_buf converted = GIT_BUF_INIT;
  auto done = git_filter_list_apply_to_buffer(
                &converted, raw,
                static_cast<const char*>(git_blob_rawcontent(blob)),
                static_cast<size_t>(git_blob_rawsize(blob)))
                == 0
              && git_blob_create_from_buffer(&entry.oid, user.repo.get(),
                                             converted.ptr, converted.size)
                   == 0;
  git_buf_dispose(&converted);
  if (!done)
    return failed();
  return true;
}

/// Whether the working file is what HEAD's entry becomes when git checks it
/// out.
bool is_as_committed(const fs::path& workspace_root,
                     const user_repository& user, git_odb* store,
                     const tree_change& base, const tree_change& head) {
  auto path = user.folder + base.path;
  auto* indexed = git_index_get_bypath(user.index.get(), path.c_str(), 0);
  if (!indexed || head.deleted || git_oid_equal(&indexed->id, &head.oid) == 0
      || indexed->mode != static_cast<uint32_t>(head.mode))
    return false;
  if (base.deleted)
    return (indexed->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
  git_oid cleaned;
  return base.mode == head.mode
         && is_on_disk(store, workspace_root / base.path, base.oid, base.mode)
         && git_repository_hashfile(&cleaned, user.repo.get(),
                                    (workspace_root / base.path).c_str(),
                                    GIT_OBJECT_BLOB, path.c_str())
              == 0
         && git_oid_equal(&cleaned, &head.oid) != 0;
}

tree_change entry_at(const git_tree* tree, const std::string& path) {
  git_tree_entry* raw = nullptr;
  if (!tree || git_tree_entry_bypath(&raw, tree, path.c_str()) != 0)
    return {path, {}, GIT_FILEMODE_BLOB, true};
  git::tree_entry entry{raw};
  return {path, *git_tree_entry_id(raw), git_tree_entry_filemode(raw), false};
}

/// Copies an object and, for a tree, all below it; what is there already (and
/// so all below it) is left out.
expected<void> copy_objects(git_repository* from, git_odb* source,
                            git_odb* target, const git_oid& oid) {
  // No refresh: it reads the list of packs for each object that is missing.
  if (git_odb_exists_ext(target, &oid, GIT_ODB_LOOKUP_NO_REFRESH) != 0)
    return {};
  git_odb_object* raw = nullptr;
  if (git_odb_read(&raw, source, &oid) != 0)
    return git::last_error("the store has lost object " + git::to_hex(oid));
  git::odb_object object{raw};
  if (git_odb_object_type(raw) == GIT_OBJECT_TREE) {
    auto tree = git::find_tree(from, oid);
    if (!tree)
      return tree.error();
    for (size_t i = 0; i < git_tree_entrycount(tree->get()); ++i) {
      auto* entry = git_tree_entry_byindex(tree->get(), i);
      if (git_tree_entry_filemode(entry) == GIT_FILEMODE_COMMIT)
        continue;
      if (auto copied = copy_objects(from, source, target,
                                     *git_tree_entry_id(entry));
          !copied)
        return copied;
    }
  }
  // After what it refers to, so that a copy that breaks off leaves nothing that
  // looks whole.
  git_oid written;
  if (git_odb_write(&written, target, git_odb_object_data(raw),
                    git_odb_object_size(raw), git_odb_object_type(raw))
      != 0)
    return git::last_error("cannot write to the user's repository");
  return {};
}

/// How the commit differs from the result; see the header.
class corrections {
public:
  corrections(const fs::path& workspace_root, const user_repository& user,
              const result_trees& trees)
    : root_{workspace_root}, user_{user}, trees_{trees} {
    // nop
  }

  expected<changes> collect(const git_tree* head) {
    auto changed = compare_trees(trees_.store, trees_.base.get(),
                                 trees_.result.get());
    if (!changed)
      return changed.error();
    if (auto done = add_submodules(*changed); !done)
      return done.error();
    for (auto& change : *changed) {
      if (change.deleted || change.mode == GIT_FILEMODE_LINK)
        continue;
      auto differs = filter(user_, trees_.store, change);
      if (!differs)
        return differs.error();
      if (*differs)
        result_.push_back(change);
    }
    if (auto done = add_unchanged(head, *changed); !done)
      return done.error();
    return std::move(result_);
  }

private:
  expected<void> add_submodules(const changes& changed) {
    modules_ = submodules(user_);
    for (auto& module : modules_)
      if (has(changed, module.path) || has_below(changed, module.path + '/'))
        return error{errc::invalid_request,
                     "the result changes files of the submodule " + module.path
                       + ", which no commit of the repository around it can "
                         "hold; take the patch"};
    result_.insert(result_.end(), modules_.begin(), modules_.end());
    return {};
  }

  bool is_in_submodule(const std::string& path) const {
    if (has(modules_, path))
      return true;
    for (auto slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1))
      if (has(modules_, std::string_view{path}.substr(0, slash)))
        return true;
    return false;
  }

  expected<void> add_unchanged(const git_tree* head, const changes& changed) {
    auto folder = folder_of(user_, head);
    if (!folder)
      return folder.error();
    auto uncommitted = compare_trees(user_.repo.get(), folder->get(),
                                     trees_.store, trees_.base.get());
    if (!uncommitted)
      return uncommitted.error();
    auto store = git::objects_of(trees_.store);
    if (!store)
      return store.error();
    for (auto& base : *uncommitted) {
      if (has(changed, base.path) || is_in_submodule(base.path))
        continue;
      auto committed = entry_at(folder->get(), base.path);
      if (is_as_committed(root_, user_, store->get(), base, committed))
        result_.push_back(std::move(committed));
    }
    return {};
  }

  const fs::path& root_;
  const user_repository& user_;
  const result_trees& trees_;
  changes modules_;
  changes result_;
};

} // namespace

expected<git_oid>
write_commit_tree(const fs::path& workspace_root, const user_repository& user,
                  const git_tree* head, const result_trees& trees) {
  auto corrected = corrections{workspace_root, user, trees}.collect(head);
  if (!corrected)
    return corrected.error();
  auto oid = update_tree(trees.store, trees.result.get(),
                         std::move(*corrected));
  if (!oid)
    return oid.error();
  auto source = git::objects_of(trees.store);
  if (!source)
    return source.error();
  auto target = git::objects_of(user.repo.get());
  if (!target)
    return target.error();
  if (auto copied = copy_objects(trees.store, source->get(), target->get(),
                                 *oid);
      !copied)
    return copied.error();
  return *oid;
}

} // namespace cohort::runtime::workspace
