#include "runtime/workspace/slot.hpp"

#include <algorithm>
#include <utility>

#include "runtime/workspace/files.hpp"

namespace cohort::runtime::workspace {

slot::slot(std::filesystem::path folder, object_store store)
  : folder_{std::move(folder)},
    tree_folder_{folder_ / "tree"},
    build_folder_{folder_ / "build"},
    store_{std::move(store)} {
  // nop
}

const std::filesystem::path& slot::tree_folder() const {
  return tree_folder_;
}

const std::filesystem::path& slot::build_folder() const {
  return build_folder_;
}

const tree_id& slot::current() const {
  return current_;
}

expected<void> slot::bring_to(const tree_id& tree) {
  auto from = std::exchange(current_, {}); // Not known if this fails midway.
  if (!from.empty() && !touched_.empty()) {
    // The way to `tree` begins at what the edits made of the old one. Where
    // that cannot be told (a huge file, a folder that became a link) all is
    // compared.
    auto hidden = std::any_of(touched_.begin(), touched_.end(),
                              [&](auto& file) {
                                return has_linked_parent(tree_folder_, file);
                              });
    auto edited = store_.capture(tree_folder_, from, paths());
    from = edited && !hidden ? *edited : tree_id{};
  }
  if (from != tree)
    if (auto moved = store_.materialise(tree_folder_, tree, from); !moved)
      return moved;
  current_ = tree;
  touched_.clear();
  return {};
}

void slot::touched(const std::string& file) {
  touched_.insert(file);
}

expected<tree_id> slot::capture() {
  if (current_.empty())
    return error{errc::internal, "the slot " + folder_.string()
                                   + " was captured before it held a tree"};
  return store_.capture(tree_folder_, current_, paths());
}

std::vector<std::string> slot::paths() const {
  return {touched_.begin(), touched_.end()};
}

void slot::invalidate() {
  current_.clear();
}

object_store& slot::store() {
  return store_;
}

} // namespace cohort::runtime::workspace
