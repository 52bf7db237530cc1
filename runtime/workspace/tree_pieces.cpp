#include "runtime/workspace/tree_pieces.hpp"

#include <set>
#include <utility>

#include "runtime/workspace/git.hpp"
#include "runtime/workspace/tree_audit.hpp"
#include "runtime/workspace/trees.hpp"

namespace cohort::runtime::workspace {

struct tree_pieces::impl {
  std::filesystem::path store;
  git::repository repo;
  git::odb odb;

  expected<std::string> write(std::string_view bytes, git_object_t type) const {
    git_oid oid;
    if (git_odb_write(&oid, odb.get(), bytes.data(), bytes.size(), type) != 0)
      return git::last_error("cannot write to " + store.string());
    return git::to_hex(oid);
  }

  expected<git::tree> find(const tree_id& tree) const {
    return git::find_tree(repo.get(), tree);
  }
};

namespace {

/// The folder of a path; "" for the root.
std::string parent_of(const std::string& path) {
  auto end = path.rfind('/');
  return end == std::string::npos ? "" : path.substr(0, end);
}

/// The folder itself and all above it, as far as there are any.
expected<void> add_folders_above(const git_tree* root, std::string path,
                                 std::set<std::string>& out) {
  for (; !path.empty(); path = parent_of(path)) {
    git_tree_entry* raw = nullptr;
    auto failed = git_tree_entry_bypath(&raw, root, path.c_str());
    git::tree_entry entry{raw};
    if (failed != 0 && failed != GIT_ENOTFOUND)
      return git::last_error("cannot read the folder " + path);
    if (failed == 0 && git_tree_entry_type(raw) == GIT_OBJECT_TREE)
      out.insert(git::to_hex(*git_tree_entry_id(raw)));
  }
  return {};
}

/// Where the objects of the repository around a folder are; empty when there is
/// none.
std::string repository_around(const std::filesystem::path& folder) {
  git_repository* raw = nullptr;
  if (git_repository_open_ext(&raw, folder.c_str(), 0, nullptr) != 0)
    return "";
  git::repository repo{raw};
  return git_repository_commondir(raw); // Ends with "/".
}

} // namespace

tree_pieces::tree_pieces(std::unique_ptr<impl> ptr) : impl_{std::move(ptr)} {
  // nop
}
tree_pieces::tree_pieces(tree_pieces&&) noexcept = default;
tree_pieces& tree_pieces::operator=(tree_pieces&&) noexcept = default;
tree_pieces::~tree_pieces() = default;

expected<tree_pieces> tree_pieces::open(const std::filesystem::path& store) {
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
  return tree_pieces{std::move(result)};
}

expected<std::vector<file_change>> tree_pieces::changes(const tree_id& from,
                                                        const tree_id& to) {
  auto a = impl_->find(from);
  if (!a)
    return a.error();
  auto b = impl_->find(to);
  if (!b)
    return b.error();
  auto found = compare_trees(impl_->repo.get(), a->get(), b->get());
  if (!found)
    return found.error();
  std::vector<file_change> result;
  for (auto& change : *found)
    result.push_back(change.deleted
                       ? file_change{change.path, "", 0}
                       : file_change{change.path, git::to_hex(change.oid),
                                     static_cast<uint32_t>(change.mode)});
  return result;
}

expected<std::vector<std::string>> tree_pieces::folders(const tree_id& from,
                                                        const tree_id& to) {
  auto differing = changes(from, to);
  if (!differing)
    return differing.error();
  std::set<std::string> ids{from, to};
  for (auto* tree : {&from, &to}) {
    auto root = impl_->find(*tree);
    if (!root)
      return root.error();
    for (auto& change : *differing)
      if (auto added = add_folders_above(root->get(), parent_of(change.path),
                                         ids);
          !added)
        return added.error();
  }
  return std::vector<std::string>{ids.begin(), ids.end()};
}

expected<std::string> tree_pieces::read(const std::string& id) {
  auto oid = git::to_oid(id);
  if (!oid)
    return oid.error();
  git_odb_object* raw = nullptr;
  if (git_odb_read(&raw, impl_->odb.get(), &*oid) != 0)
    return git::last_error("the store has lost the object " + id);
  git::odb_object object{raw};
  return std::string{static_cast<const char*>(git_odb_object_data(raw)),
                     git_odb_object_size(raw)};
}

expected<std::string> tree_pieces::add_folder(std::string_view bytes) {
  return impl_->write(bytes, GIT_OBJECT_TREE);
}

expected<std::string> tree_pieces::add_file(std::string_view bytes) {
  return impl_->write(bytes, GIT_OBJECT_BLOB);
}

expected<tree_id> tree_pieces::apply(const tree_id& base,
                                     const std::vector<file_change>& changes) {
  auto tree = impl_->find(base);
  if (!tree)
    return tree.error();
  std::vector<tree_change> list;
  for (auto& change : changes) {
    auto& one = list.emplace_back();
    one.path = change.path;
    one.deleted = change.blob.empty();
    if (one.deleted)
      continue;
    one.mode = static_cast<git_filemode_t>(change.mode);
    auto oid = git::to_oid(change.blob);
    if (!oid)
      return oid.error();
    one.oid = *oid;
  }
  auto made = update_tree(impl_->repo.get(), tree->get(), std::move(list));
  if (!made)
    return made.error();
  return git::to_hex(*made);
}

expected<void> tree_pieces::borrow(const std::filesystem::path& folder,
                                   const tree_id& tree) {
  if (auto repository = repository_around(folder); !repository.empty()) {
    auto theirs = tree_audit::open(repository);
    if (!theirs)
      return theirs.error();
    auto is_there = theirs->check(tree);
    if (is_there
        && git_odb_add_disk_alternate(impl_->odb.get(),
                                      (repository + "objects").c_str())
             != 0)
      return git::last_error("cannot read " + repository);
    if (is_there || is_there.error().code != errc::not_found)
      return is_there;
  }
  auto own = object_store::open(impl_->store);
  if (!own)
    return own.error();
  auto taken = own->take_snapshot(folder, {});
  if (!taken)
    return taken.error();
  if (taken->tree != tree)
    return error{errc::not_found,
                 folder.string() + " has not got the tree " + tree
                   + ", neither in a repository nor as its files, which are "
                     "tree "
                   + taken->tree + ": bring it to where the task began"};
  git_odb_refresh(impl_->odb.get());
  return {};
}

} // namespace cohort::runtime::workspace
