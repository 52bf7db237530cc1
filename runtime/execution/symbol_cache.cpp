#include "runtime/execution/symbol_cache.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "runtime/execution/slot_runner.hpp"

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

namespace {

using file_names = std::vector<std::string>; // Sorted.

constexpr size_t indices_max = 4;

file_names indexed(file_names files) {
  std::erase_if(files,
                [](auto& file) { return !toolchain::has_symbols(file); });
  std::sort(files.begin(), files.end());
  return files;
}

/// A folder that is gone afterwards.
class scratch_folder {
public:
  explicit scratch_folder(fs::path path) : path_{std::move(path)} {
    std::error_code ignored; // A process that was killed left it.
    fs::remove_all(path_, ignored);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  expected<void> write(const std::string& name, const std::string& text) const {
    std::error_code failed;
    fs::create_directories((path_ / name).parent_path(), failed);
    std::ofstream out{path_ / name, std::ios::binary};
    out << text;
    if (!out.flush())
      return error{errc::storage_failed,
                   "cannot write " + (path_ / name).string()};
    return {};
  }

private:
  fs::path path_;
};

/// Those of `wanted` that are not as they are in `tree`.
expected<file_names> edited_of(const file_names& wanted,
                               const workspace::tree_id& tree,
                               workspace::slot& slot) {
  auto now = slot.capture();
  if (!now)
    return now.error();
  if (*now == tree)
    return file_names{};
  auto changed = slot.store().changed_files(tree, *now);
  if (!changed)
    return changed.error();
  std::sort(changed->begin(), changed->end());
  file_names result;
  std::set_intersection(wanted.begin(), wanted.end(), changed->begin(),
                        changed->end(), std::back_inserter(result));
  return result;
}

} // namespace

expected<symbol_cache::handle>
symbol_cache::get(const workspace::tree_id& tree, workspace::slot& slot,
                  const fs::path& scratch,
                  const toolchain::toolchain_settings& settings,
                  process::runner& processes, process::runner& processes_there,
                  std::stop_token stop) {
  std::lock_guard guard{mutex_};
  auto found = std::find_if(known_.begin(), known_.end(),
                            [&](auto& one) { return one.tree == tree; });
  if (found != known_.end()) {
    std::rotate(known_.begin(), found, found + 1);
    return known_.front().index;
  }
  auto& store = slot.store();
  auto changed = known_.empty() ? store.list_files(tree)
                                : store.changed_files(known_[0].tree, tree);
  if (!changed)
    return changed.error();
  auto wanted = indexed(*changed);
  auto elsewhere = edited_of(wanted, tree, slot);
  if (!elsewhere)
    return elsewhere.error();
  file_names here;
  std::set_difference(wanted.begin(), wanted.end(), elsewhere->begin(),
                      elsewhere->end(), std::back_inserter(here));
  auto all = known_.empty() ? toolchain::symbol_index::files{}
                            : known_[0].index->all();
  for (auto& name : *changed)
    all.erase(name);
  auto fresh = toolchain::read_symbols(slot.tree_folder(), here, settings,
                                       processes, stop);
  if (!fresh)
    return fresh.error();
  all.merge(*fresh);
  if (!elsewhere->empty()) {
    scratch_folder folder{scratch};
    file_names written;
    for (auto& name : *elsewhere) {
      auto text = store.read_file(tree, name);
      if (!text)
        continue; // It came with the edits.
      if (auto done = folder.write(name, *text); !done)
        return done.error();
      written.push_back(name);
    }
    auto more = toolchain::read_symbols(scratch, written, settings,
                                        processes_there, std::move(stop));
    if (!more)
      return more.error();
    all.merge(*more);
  }
  known_.insert(
    known_.begin(),
    {tree, std::make_shared<const toolchain::symbol_index>(std::move(all))});
  if (known_.size() > indices_max)
    known_.pop_back();
  return known_.front().index;
}

std::shared_ptr<symbol_cache> make_symbol_cache() {
  return std::make_shared<symbol_cache>();
}

} // namespace cohort::runtime::execution
