#include "runtime/execution/symbol_cache.hpp"

#include <utility>
#include <vector>

#include "runtime/execution/slot_runner.hpp"

namespace cohort::runtime::execution {

namespace {

std::vector<std::string> indexed(std::vector<std::string> files) {
  std::erase_if(files,
                [](auto& file) { return !toolchain::has_symbols(file); });
  return files;
}

} // namespace

expected<symbol_cache::handle>
symbol_cache::get(const workspace::tree_id& tree,
                  const std::filesystem::path& folder,
                  workspace::object_store& store,
                  const toolchain::toolchain_settings& settings,
                  process::runner& processes, std::stop_token stop) {
  std::lock_guard guard{mutex_};
  if (index_ && tree_ == tree)
    return index_;
  auto names = index_ ? store.changed_files(tree_, tree)
                      : store.list_files(tree);
  if (!names)
    return names.error();
  auto fresh = toolchain::read_symbols(folder, indexed(*names), settings,
                                       processes, std::move(stop));
  if (!fresh)
    return fresh.error();
  auto all = index_ ? index_->all() : toolchain::symbol_index::files{};
  for (auto& name : *names)
    all.erase(name);
  all.merge(*fresh);
  index_ = std::make_shared<const toolchain::symbol_index>(std::move(all));
  tree_ = tree;
  return index_;
}

std::shared_ptr<symbol_cache> make_symbol_cache() {
  return std::make_shared<symbol_cache>();
}

} // namespace cohort::runtime::execution
