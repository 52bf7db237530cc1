#pragma once

#include <filesystem>
#include <vector>

#include "runtime/workspace/git.hpp"
#include "runtime/workspace/object_store.hpp"
#include "runtime/workspace/trees.hpp"

namespace cohort::runtime::workspace {

struct object_store::impl {
  git::repository repo;
  git::odb odb;
  std::filesystem::path folder;

  expected<git::tree> find(const tree_id& tree) const {
    return git::find_tree(repo.get(), tree);
  }
  expected<std::vector<tree_change>> compare(const tree_id& from,
                                             const tree_id& to) const;
  /// `base` with the changes.
  expected<tree_id> update(const tree_id& base,
                           std::vector<tree_change> changes) const;
  /// What `tree` has at each path; a path that is no file there is deleted.
  expected<std::vector<tree_change>>
  select(const tree_id& tree, const std::vector<std::string>& paths) const;
};

} // namespace cohort::runtime::workspace
