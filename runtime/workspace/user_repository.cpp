#include "runtime/workspace/user_repository.hpp"

#include <system_error>
#include <utility>

namespace cohort::runtime::workspace {

namespace fs = std::filesystem;

bool tracks_below(git_index* index, const std::string& prefix) {
  return git_index_find_prefix(nullptr, index, prefix.c_str()) == 0;
}

expected<std::optional<user_repository>>
find_user_repository(const fs::path& workspace_root) {
  git::set_up();
  using nothing = std::optional<user_repository>;
  git_repository* raw = nullptr;
  auto opened = git_repository_open_ext(&raw, workspace_root.c_str(), 0,
                                        nullptr);
  std::error_code failed;
  if (opened == GIT_ENOTFOUND
      && !fs::is_regular_file(workspace_root / ".git", failed))
    return nothing{};
  if (opened != 0)
    return git::last_error("cannot open the repository around "
                             + workspace_root.string()
                             + " (repair it, or remove its .git)",
                           errc::workspace_unreadable);
  user_repository result;
  result.repo.reset(raw);
  auto* workdir = git_repository_workdir(raw);
  if (!workdir)
    return nothing{};
  auto inner = fs::canonical(workspace_root, failed);
  if (failed)
    return nothing{};
  auto outer = fs::canonical(workdir, failed);
  if (failed)
    return nothing{};
  auto relative = inner.lexically_relative(outer);
  if (relative.empty() || *relative.begin() == "..")
    return nothing{}; // For example inside a bare repository's worktree data.
  if (relative != ".")
    result.folder = relative.string() + '/';
  git_index* index = nullptr;
  if (git_repository_index(&index, raw) != 0)
    return git::last_error("cannot read the index of the repository around "
                             + workspace_root.string(),
                           errc::workspace_unreadable);
  result.index.reset(index);
  int ignored = 0;
  if (!result.folder.empty() && !tracks_below(index, result.folder)
      && git_ignore_path_is_ignored(&ignored, raw, result.folder.c_str()) == 0
      && ignored != 0)
    return nothing{};
  return nothing{std::move(result)};
}

expected<git::tree> folder_of(const user_repository& user,
                              const git_tree* whole) {
  if (!whole)
    return git::tree{};
  if (user.folder.empty())
    return git::find_tree(user.repo.get(), *git_tree_id(whole));
  git_tree_entry* raw = nullptr;
  auto folder = user.folder.substr(0, user.folder.size() - 1);
  if (git_tree_entry_bypath(&raw, whole, folder.c_str()) != 0)
    return git::tree{};
  git::tree_entry entry{raw};
  if (git_tree_entry_type(raw) != GIT_OBJECT_TREE)
    return git::tree{};
  return git::find_tree(user.repo.get(), *git_tree_entry_id(raw));
}

} // namespace cohort::runtime::workspace
