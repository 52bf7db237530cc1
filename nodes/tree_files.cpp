#include "nodes/tree_files.hpp"

#include <utility>

namespace cohort::nodes {

tree_files::tree_files(std::shared_ptr<runtime::workspace::object_store> store,
                       runtime::workspace::tree_id tree)
  : store_{std::move(store)}, tree_{std::move(tree)} {
  // nop
}

const std::string* tree_files::find(const std::string& file) {
  if (!store_ || tree_.empty())
    return nullptr;
  auto [known, is_new] = known_.try_emplace(file);
  if (is_new)
    if (auto text = store_->read_file(tree_, file))
      known->second = std::move(*text);
  return known->second ? &*known->second : nullptr;
}

} // namespace cohort::nodes
