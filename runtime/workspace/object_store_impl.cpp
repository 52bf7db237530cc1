#include "runtime/workspace/object_store_impl.hpp"

#include <algorithm>
#include <utility>

#include "runtime/workspace/files.hpp"

namespace cohort::runtime::workspace {

expected<std::vector<tree_change>>
object_store::impl::compare(const tree_id& from, const tree_id& to) const {
  auto a = find(from);
  if (!a)
    return a.error();
  auto b = find(to);
  if (!b)
    return b.error();
  return compare_trees(repo.get(), a->get(), b->get());
}

expected<tree_id>
object_store::impl::update(const tree_id& base,
                           std::vector<tree_change> changes) const {
  auto tree = find(base);
  if (!tree)
    return tree.error();
  auto oid = update_tree(repo.get(), tree->get(), std::move(changes));
  if (!oid)
    return oid.error();
  return git::to_hex(*oid);
}

expected<std::vector<tree_change>>
object_store::impl::select(const tree_id& tree,
                           const std::vector<std::string>& paths) const {
  auto found = find(tree);
  if (!found)
    return found.error();
  auto sorted = paths;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<tree_change> result;
  for (auto& path : sorted) {
    if (!is_safe_path(path))
      return error{errc::invalid_request, "'" + path + "' leaves its folder"};
    git_tree_entry* raw = nullptr;
    auto missing = git_tree_entry_bypath(&raw, found->get(), path.c_str());
    if (missing != 0 && missing != GIT_ENOTFOUND)
      return git::last_error("cannot read tree " + tree);
    git::tree_entry entry{raw};
    if (missing == 0 && git_tree_entry_type(raw) == GIT_OBJECT_BLOB)
      result.push_back(
        {path, *git_tree_entry_id(raw), git_tree_entry_filemode(raw), false});
    else
      result.push_back({path, {}, GIT_FILEMODE_BLOB, true});
  }
  return result;
}

} // namespace cohort::runtime::workspace
