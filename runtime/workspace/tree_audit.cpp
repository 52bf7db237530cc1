#include "runtime/workspace/tree_audit.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/workspace/git.hpp"
#include "runtime/workspace/loose_object.hpp"

namespace cohort::runtime::workspace {

namespace {

/// What is to be looked at, and where it stands in the tree.
struct audited {
  git_oid oid;
  bool is_tree;
  std::string path;
};

std::string raw_name(const git_oid& oid) {
  return {reinterpret_cast<const char*>(oid.id), GIT_OID_RAWSZ};
}

} // namespace

struct tree_audit::impl {
  std::filesystem::path store;
  git::repository repo;
  git::odb odb;
  std::set<std::string> seen; // Object ids, 20 bytes each.

  /// `added` gets what this tree adds to `seen`.
  expected<void> walk(const tree_id& tree, std::vector<std::string>& added);
  expected<void> read(const audited& what, const tree_id& tree) const;
};

expected<void> tree_audit::impl::read(const audited& what,
                                      const tree_id& tree) const {
  auto name = "object " + git::to_hex(what.oid) + " ("
              + (what.path.empty() ? "the root" : what.path) + " of tree "
              + tree + ')';
  auto loose = check_loose_object(store, git::to_hex(what.oid));
  if (!loose)
    return error{loose.error().code, name + ": " + loose.error().message};
  if (*loose && !what.is_tree)
    return {};
  // Reading from a pack compares the bytes' digest with the name.
  git_odb_object* raw = nullptr;
  auto failed = git_odb_read(&raw, odb.get(), &what.oid);
  git::odb_object object{raw};
  if (failed == GIT_ENOTFOUND)
    return error{errc::not_found, name + " is missing"};
  if (failed != 0)
    return git::last_error(name + " is damaged");
  if (git_odb_object_type(raw)
      != (what.is_tree ? GIT_OBJECT_TREE : GIT_OBJECT_BLOB))
    return error{errc::storage_failed, name + " is of another kind"};
  return {};
}

expected<void> tree_audit::impl::walk(const tree_id& tree,
                                      std::vector<std::string>& added) {
  auto root = git::to_oid(tree);
  if (!root)
    return root.error();
  std::vector<audited> open{{*root, true, ""}};
  while (!open.empty()) {
    auto next = std::move(open.back());
    open.pop_back();
    if (!seen.insert(raw_name(next.oid)).second)
      continue;
    added.push_back(raw_name(next.oid));
    if (auto done = read(next, tree); !done)
      return done;
    if (!next.is_tree)
      continue;
    auto folder = git::find_tree(repo.get(), next.oid);
    if (!folder)
      return folder.error();
    for (size_t i = 0; i < git_tree_entrycount(folder->get()); ++i) {
      auto* entry = git_tree_entry_byindex(folder->get(), i);
      auto type = git_tree_entry_type(entry);
      if (type != GIT_OBJECT_COMMIT) // A submodule's is not cohort's.
        open.push_back({*git_tree_entry_id(entry), type == GIT_OBJECT_TREE,
                        next.path + (next.path.empty() ? "" : "/")
                          + git_tree_entry_name(entry)});
    }
  }
  return {};
}

tree_audit::tree_audit(std::unique_ptr<impl> ptr) : impl_{std::move(ptr)} {
  // nop
}
tree_audit::tree_audit(tree_audit&&) noexcept = default;
tree_audit& tree_audit::operator=(tree_audit&&) noexcept = default;
tree_audit::~tree_audit() = default;

expected<tree_audit> tree_audit::open(const std::filesystem::path& store) {
  auto repo = git::open_store(store);
  if (!repo)
    return repo.error();
  auto result = std::make_unique<impl>();
  result->store = store;
  result->repo = std::move(*repo);
  auto odb = git::objects_of(result->repo.get());
  if (!odb)
    return odb.error();
  result->odb = std::move(*odb);
  return tree_audit{std::move(result)};
}

expected<void> tree_audit::check(const tree_id& tree) {
  std::vector<std::string> added;
  auto done = impl_->walk(tree, added);
  if (!done) // Another tree may have the same folders above what is bad.
    for (auto& id : added)
      impl_->seen.erase(id);
  return done;
}

uint64_t tree_audit::objects() const {
  return impl_->seen.size();
}

} // namespace cohort::runtime::workspace
