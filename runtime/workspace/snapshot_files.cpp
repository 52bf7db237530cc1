#include "runtime/workspace/snapshot_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>

#include <dirent.h>
#include <sys/stat.h>

#include "runtime/workspace/files.hpp"
#include "runtime/workspace/user_repository.hpp"

namespace cohort::runtime::workspace {

namespace fs = std::filesystem;

namespace {

enum class entry_type : uint8_t { folder, file, other };

struct folder_entry {
  std::string name;
  entry_type type;
};

entry_type type_of(const fs::path& folder, const dirent& entry) {
  auto type = entry.d_type;
  if (type == DT_UNKNOWN) { // Some file systems do not tell.
    struct stat info {};
    if (lstat((folder / entry.d_name).c_str(), &info) == 0)
      type = S_ISDIR(info.st_mode)                            ? DT_DIR
             : S_ISREG(info.st_mode) || S_ISLNK(info.st_mode) ? DT_REG
                                                              : DT_FIFO;
  }
  return type == DT_DIR                     ? entry_type::folder
         : type == DT_REG || type == DT_LNK ? entry_type::file
                                            : entry_type::other;
}

/// All entries, so that the folder is closed before those below it are opened.
expected<std::vector<folder_entry>> read_folder(const fs::path& folder) {
  std::unique_ptr<DIR, int (*)(DIR*)> open{opendir(folder.c_str()), closedir};
  std::vector<folder_entry> result;
  while (open) {
    errno = 0;
    auto* entry = readdir(open.get());
    if (!entry)
      break;
    std::string name = entry->d_name;
    if (name != "." && name != "..")
      result.push_back({std::move(name), type_of(folder, *entry)});
  }
  if (errno == ENOENT || errno == ENOTDIR)
    return std::vector<folder_entry>{}; // Gone meanwhile.
  if (!open || errno != 0)
    return error{errc::workspace_unreadable, "cannot read the folder "
                                               + folder.string() + ": "
                                               + std::strerror(errno)};
  return result;
}

/// Visits a workspace. `repo` decides what counts; none: everything does.
class listing {
public:
  listing(const fs::path& root, std::vector<std::string>& out)
    : root_{root}, out_{out} {
    // nop
  }

  /// `folder` (inside the workspace) and `in_repo` (inside the repository) are
  /// empty or end in a slash.
  expected<void> visit(const std::string& folder, const user_repository* repo,
                       const std::string& in_repo) {
    auto entries = read_folder(root_ / folder);
    if (!entries)
      return entries.error();
    for (auto& [name, type] : *entries) {
      if (is_git_name(name) || type == entry_type::other)
        continue;
      auto path = folder + name;
      auto in_repo_path = in_repo + name;
      if (type == entry_type::file) {
        if (counts(path, repo, in_repo_path))
          out_.push_back(std::move(path));
      } else if (auto done = enter(path, repo, in_repo_path); !done) {
        return done;
      }
    }
    return {};
  }

  /// Which files count where no repository decides.
  std::function<bool(const std::string&)> wanted;

private:
  bool counts(const std::string& path, const user_repository* repo,
              const std::string& in_repo) const {
    if (!repo)
      return !wanted || wanted(path);
    return git_index_find(nullptr, repo->index.get(), in_repo.c_str()) == 0
           || !is_ignored(*repo, in_repo);
  }

  static bool is_ignored(const user_repository& repo, const std::string& path) {
    int ignored = 0;
    return git_ignore_path_is_ignored(&ignored, repo.repo.get(), path.c_str())
             == 0
           && ignored != 0;
  }

  expected<void> enter(const std::string& path, const user_repository* repo,
                       const std::string& in_repo) {
    if (repo) {
      auto is_submodule
        = git_index_find(nullptr, repo->index.get(), in_repo.c_str()) == 0;
      if (!is_submodule && !tracks_below(repo->index.get(), in_repo + '/')
          && is_ignored(*repo, in_repo + '/'))
        return {};
      std::error_code failed;
      if (fs::exists(fs::symlink_status(root_ / path / ".git", failed))) {
        // A damaged one is a folder like any other.
        auto inner = find_user_repository(root_ / path);
        if (inner && *inner && (*inner)->folder.empty())
          return visit(path + '/', &**inner, {});
      }
    }
    return visit(path + '/', repo, in_repo + '/');
  }

  const fs::path& root_;
  std::vector<std::string>& out_;
};

} // namespace

expected<std::vector<std::string>>
list_snapshot_files(const fs::path& workspace_root,
                    const snapshot_settings& settings) {
  std::error_code failed;
  if (!fs::is_directory(workspace_root, failed))
    return error{errc::workspace_unreadable, "the workspace "
                                               + workspace_root.string()
                                               + " is not a folder"};
  auto repo = find_user_repository(workspace_root);
  if (!repo)
    return repo.error();
  std::vector<std::string> files;
  listing work{workspace_root, files};
  auto listed = *repo ? work.visit({}, &**repo, (*repo)->folder)
                      : work.visit({}, nullptr, {});
  if (listed && *repo && !settings.include.empty()) {
    work.wanted = [&](const std::string& path) {
      return std::any_of(settings.include.begin(), settings.include.end(),
                         [&](auto& glob) { return matches_glob(glob, path); });
    };
    listed = work.visit({}, nullptr, {});
  }
  if (!listed)
    return listed.error();
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

} // namespace cohort::runtime::workspace
