#include "runtime/execution/executors/worktree_watch.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

worktree_watch::worktree_watch(fs::path folder)
  : folder_{std::move(folder)}, before_{look()} {
  // nop
}

worktree_watch::listing worktree_watch::look() const {
  listing result;
  std::error_code failed;
  struct stat root {};
  if (lstat(folder_.c_str(), &root) == 0)
    result.folders["."].mode = root.st_mode;
  fs::recursive_directory_iterator it{folder_, failed};
  for (; !failed && it != fs::recursive_directory_iterator{};
       it.increment(failed)) {
    struct stat info {};
    if (lstat(it->path().c_str(), &info) != 0) {
      result.is_whole = false;
      continue;
    }
    auto name = it->path().lexically_relative(folder_).string();
    if (S_ISDIR(info.st_mode))
      result.folders[name].mode = info.st_mode;
    else
      result.files[name]
        = {info.st_ino, info.st_mode, static_cast<uint64_t>(info.st_size),
           int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec};
  }
  result.is_whole = result.is_whole && !failed;
  return result;
}

worktree_watch::changes worktree_watch::since() const {
  auto now = look();
  changes result;
  std::map<std::string, stamp> all = now.files;
  all.insert(before_.files.begin(), before_.files.end());
  for (auto& [name, ignored] : all) {
    auto before = before_.files.find(name);
    auto after = now.files.find(name);
    if (before == before_.files.end() || after == now.files.end()
        || !(before->second == after->second))
      result.files.push_back(name);
  }
  // A pipe or a socket is nothing that a tree can hold.
  auto is_odd = [](auto& entry) {
    return !S_ISREG(entry.second.mode) && !S_ISLNK(entry.second.mode);
  };
  result.has_more = !now.is_whole || !before_.is_whole
                    || !(now.folders == before_.folders)
                    || std::any_of(now.files.begin(), now.files.end(), is_odd);
  return result;
}

void worktree_watch::open_folders(const fs::path& folder) {
  std::error_code failed;
  fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, failed);
  for (fs::directory_iterator it{folder, failed};
       !failed && it != fs::directory_iterator{}; it.increment(failed)) {
    std::error_code unseen;
    if (fs::is_directory(it->symlink_status(unseen)))
      open_folders(it->path());
  }
}

} // namespace cohort::runtime::execution
