#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "runtime/workspace/object_store.hpp"
#include "tests/support/temp_folder.hpp"

/// A workspace, a store and the git command, without anything of the user's.
namespace cohort::tests {

namespace fs = std::filesystem;
namespace workspace = runtime::workspace;

/// libgit2 reads the settings of whoever runs the tests otherwise.
inline const int no_home = setenv("HOME", "/nonexistent", 1)
                           + setenv("XDG_CONFIG_HOME", "/nonexistent", 1);

/// Path -> kind and content, of all files and links below a folder.
using files = std::map<std::string, std::string>;

inline void write(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream{file, std::ios::binary} << bytes;
}

inline std::string read(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline void make_executable(const fs::path& file) {
  fs::permissions(file, fs::perms::owner_exec, fs::perm_options::add);
}

/// "file:", "exec:" or "link:" and the bytes; folders are not listed.
inline files contents(const fs::path& folder) {
  files result;
  for (auto it = fs::recursive_directory_iterator{folder};
       it != fs::recursive_directory_iterator{}; ++it) {
    auto path = it->path().lexically_relative(folder).string();
    struct stat info {};
    lstat(it->path().c_str(), &info);
    if (S_ISLNK(info.st_mode))
      result[path] = "link:" + fs::read_symlink(it->path()).string();
    else if (S_ISREG(info.st_mode))
      result[path] = ((info.st_mode & S_IXUSR) != 0 ? "exec:" : "file:")
                     + read(it->path());
  }
  return result;
}

/// Gives a file an old time, so that writing it again shows. Returns that time.
inline fs::file_time_type age(const fs::path& file) {
  auto old = fs::file_time_type::clock::now() - std::chrono::hours{1};
  fs::last_write_time(file, old);
  return fs::last_write_time(file);
}

/// All folders below a folder.
inline std::vector<std::string> folders(const fs::path& folder) {
  std::vector<std::string> result;
  for (auto& entry : fs::recursive_directory_iterator{folder})
    if (fs::is_directory(entry.symlink_status()))
      result.push_back(entry.path().lexically_relative(folder).string());
  return result;
}

/// Makes a folder hold what `contents` would list.
inline void populate(const fs::path& folder, const files& what) {
  for (auto& [path, entry] : what) {
    auto bytes = entry.substr(5);
    if (entry[0] == 'l') {
      fs::create_directories((folder / path).parent_path());
      fs::create_symlink(bytes, folder / path);
      continue;
    }
    write(folder / path, bytes);
    if (entry[0] == 'e')
      make_executable(folder / path);
  }
}

class playground {
public:
  playground() {
    fs::create_directories(root());
    // The git command syncs by itself otherwise, which no test here is about.
    write(home() / ".gitconfig", "[core]\n\tfsync = none\n");
  }

  [[nodiscard]] const fs::path& home() const {
    return folder_.path();
  }
  [[nodiscard]] fs::path root() const {
    return home() / "workspace";
  }
  [[nodiscard]] fs::path store_path() const {
    return home() / "store.git";
  }

  workspace::object_store& store() {
    if (!store_) {
      auto opened = workspace::object_store::open(store_path());
      if (!opened)
        throw std::runtime_error{opened.error().message};
      store_ = std::make_unique<workspace::object_store>(std::move(*opened));
    }
    return *store_;
  }

  /// The tree of what a folder holds, whatever git thinks of it.
  workspace::tree_id tree_of(const files& what) {
    cohort::tests::temp_folder folder;
    populate(folder.path(), what);
    return snapshot(folder.path());
  }

  workspace::tree_id
  snapshot(const fs::path& folder,
           const workspace::snapshot_settings& settings = {}) {
    auto taken = store().take_snapshot(folder, settings);
    if (!taken)
      throw std::runtime_error{taken.error().message};
    return taken->tree;
  }

  /// What a tree holds, as `contents` lists it.
  files files_of(const workspace::tree_id& tree) {
    cohort::tests::temp_folder folder;
    auto done = store().materialise(folder.path(), tree, {});
    if (!done)
      throw std::runtime_error{done.error().message};
    return contents(folder.path());
  }

  /// Runs a shell command in a folder. Returns its output; throws when it
  /// fails.
  std::string run(const fs::path& folder, const std::string& command) const {
    auto script = home() / "command.sh";
    write(script, "cd '" + folder.string() + "' || exit 1\n" + command + "\n");
    auto line = "env -i PATH=\"$PATH\" HOME='" + home().string()
                + "' GIT_CONFIG_NOSYSTEM=1 LC_ALL=C sh '" + script.string()
                + "' 2>&1";
    auto* pipe = popen(line.c_str(), "r");
    if (!pipe)
      throw std::runtime_error{"cannot run " + command};
    std::string output;
    char part[4096];
    for (size_t n = 0; (n = fread(part, 1, sizeof part, pipe)) > 0;)
      output.append(part, n);
    if (pclose(pipe) != 0)
      throw std::runtime_error{command + " failed: " + output};
    return output;
  }

  std::string run(const std::string& command) const {
    return run(root(), command);
  }

  /// Makes the workspace a repository with all its files in one commit.
  void commit_all() const {
    run(
      "git init -q -b main . && git add -A && "
      "git -c user.name=u -c user.email=u@h commit -q --allow-empty -m first");
  }

private:
  cohort::tests::temp_folder folder_;
  std::unique_ptr<workspace::object_store> store_;
};

/// A folder by chance: few names, so that two of them share many paths, and a
/// path is a file in one and a folder in the other.
inline files random_files(std::mt19937& random) {
  auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  const char* names[] = {"a", "b", "a.c", "a-", "b0"};
  files result;
  for (auto n = below(12); n > 0; --n) {
    std::string path = names[below(5)];
    for (auto depth = below(3); depth > 0; --depth)
      path += std::string{"/"} + names[below(5)];
    auto taken = false;
    for (auto slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1))
      taken = taken || result.count(path.substr(0, slash)) > 0;
    auto next = result.lower_bound(path + '/');
    taken = taken
            || (next != result.end()
                && next->first.compare(0, path.size() + 1, path + '/') == 0);
    const char* kinds[] = {"file:", "file:", "exec:", "link:"};
    std::string kind = kinds[below(4)];
    // Never the same at two paths: git would see a file that was moved.
    auto content = path + std::to_string(below(3));
    if (!taken)
      result[path] = kind + content;
  }
  return result;
}

} // namespace cohort::tests
