#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "runtime/workspace/object_store.hpp"

namespace cohort::nodes {

/// The files of one tree, each read once. What is returned lives as long as the
/// object.
class tree_files {
public:
  /// Without a store, or with an empty tree, there are no files.
  tree_files(std::shared_ptr<runtime::workspace::object_store> store,
             runtime::workspace::tree_id tree);

  /// nullptr when the tree has no such file.
  const std::string* find(const std::string& file);

private:
  std::shared_ptr<runtime::workspace::object_store> store_;
  runtime::workspace::tree_id tree_;
  std::map<std::string, std::optional<std::string>> known_;
};

} // namespace cohort::nodes
