#include "runtime/workspace/object_pruning.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

#include "runtime/workspace/files.hpp"
#include "runtime/workspace/git.hpp"
#include "runtime/workspace/loose_object.hpp"

namespace cohort::runtime::workspace {

namespace {

namespace fs = std::filesystem;

expected<std::vector<std::string>> names_in(git_repository* repo) {
  git_strarray list{};
  if (git_reference_list(&list, repo) != 0)
    return git::last_error("cannot list what the store keeps");
  std::vector<std::string> names{list.strings, list.strings + list.count};
  git_strarray_dispose(&list);
  return names;
}

std::string prefix_of(const std::string& task_id) {
  return "refs/cohort/" + task_id + '/';
}

/// What stays, as it is found.
class marking {
public:
  marking(const fs::path& store, git_repository* repo)
    : store_{store}, repo_{repo} {
    // nop
  }

  /// The tree, and everything below it. A tree that is missing as a whole is
  /// passed over; one with a hole is an error.
  expected<void> add(const std::string& tree) {
    if (marked_.contains(tree))
      return {};
    auto root = read(tree);
    if (!root)
      return root.error().code == errc::not_found ? expected<void>{}
                                                  : root.error();
    marked_.insert(tree);
    std::vector<git::tree> open;
    open.push_back(std::move(*root));
    while (!open.empty()) {
      auto folder = std::move(open.back());
      open.pop_back();
      for (size_t i = 0; i < git_tree_entrycount(folder.get()); ++i) {
        auto* entry = git_tree_entry_byindex(folder.get(), i);
        auto id = git::to_hex(*git_tree_entry_id(entry));
        if (!marked_.insert(id).second
            || git_tree_entry_type(entry) != GIT_OBJECT_TREE)
          continue;
        auto next = read(id);
        if (!next)
          return error{errc::storage_failed, next.error().message};
        open.push_back(std::move(*next));
      }
    }
    return {};
  }

  [[nodiscard]] bool has(const std::string& id) const {
    return marked_.contains(id);
  }

private:
  expected<git::tree> read(const std::string& id) const {
    if (auto fine = check_loose_object(store_, id); !fine)
      return fine.error();
    return git::find_tree(repo_, id);
  }

  const fs::path& store_;
  git_repository* repo_;
  std::set<std::string> marked_; // In hexadecimal.
};

bool is_hex(const std::string& text, size_t size) {
  return text.size() == size
         && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

} // namespace

expected<void> forget_names(const fs::path& store, const std::string& task_id) {
  // Not by way of libgit2, which removes the folder of all tasks as well when
  // it is empty, while somebody is about to put a name there.
  if (!is_safe_path(task_id) || task_id.find('/') != std::string::npos)
    return {}; // It can have no names.
  std::error_code failed;
  auto folder = store / "refs" / "cohort" / task_id;
  fs::remove_all(folder, failed);
  if (failed)
    return error{errc::storage_failed,
                 "cannot remove " + folder.string() + ": " + failed.message()};
  return {};
}

expected<pruned> prune_objects(const fs::path& store, const pruning& what) {
  auto repo = git::open_store(store);
  if (!repo)
    return repo.error();
  auto names = names_in(repo->get());
  if (!names)
    return names.error();
  marking marked{store, repo->get()};
  for (auto& tree : what.trees)
    if (auto done = marked.add(tree); !done)
      return done.error();
  for (auto& name : *names) {
    auto is_forgotten = std::any_of(
      what.forgotten.begin(), what.forgotten.end(),
      [&](auto& task_id) { return name.starts_with(prefix_of(task_id)); });
    git_oid oid;
    if (is_forgotten)
      continue;
    if (git_reference_name_to_id(&oid, repo->get(), name.c_str()) != 0)
      return git::last_error("cannot read " + name);
    if (auto done = marked.add(git::to_hex(oid)); !done)
      return done.error();
  }
  pruned result;
  std::error_code failed;
  for (fs::recursive_directory_iterator it{store / "objects", failed}, end;
       !failed && it != end; it.increment(failed)) {
    auto folder = it->path().parent_path().filename().string();
    auto file = it->path().filename().string();
    if (it->path().extension() == ".pack")
      ++result.packs;
    if (!is_hex(folder, 2) || !is_hex(file, 38) || marked.has(folder + file))
      continue;
    auto bytes = it->file_size(failed);
    if (!what.dry && !fs::remove(it->path(), failed))
      break;
    ++result.objects;
    result.bytes += bytes;
  }
  if (failed)
    return error{errc::storage_failed, "cannot make room in " + store.string()
                                         + ": " + failed.message()};
  return result;
}

} // namespace cohort::runtime::workspace
