#include "runtime/workspace/delivery.hpp"
#include "runtime/workspace/object_store_impl.hpp"
#include "runtime/workspace/working_tree.hpp"

namespace cohort::runtime::workspace {

expected<std::vector<std::string>>
delivery::apply(const std::filesystem::path& workspace_root,
                const tree_id& base, const tree_id& tree) {
  auto& store = *store_.impl_;
  auto after = store.compare(base, tree);
  if (!after)
    return after.error();
  std::vector<std::string> paths;
  for (auto& change : *after)
    paths.push_back(change.path);
  auto before = store.select(base, paths);
  if (!before)
    return before.error();
  std::error_code failed;
  auto root = std::filesystem::canonical(workspace_root, failed);
  if (failed)
    return error{errc::workspace_unreadable, "cannot read the workspace "
                                               + workspace_root.string() + ": "
                                               + failed.message()};
  working_tree_change change{root, store.repo.get(), store.odb.get()};
  if (auto checked = change.check(*before, *after); !checked)
    return checked.error();
  if (auto staged = change.stage(); !staged)
    return error{staged.error().code,
                 staged.error().message + "; the working tree is as it was"};
  if (auto done = change.commit(); !done)
    return done.error();
  return change.paths();
}

} // namespace cohort::runtime::workspace
