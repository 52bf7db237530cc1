#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/execution/executors/worktree_watch.hpp"
#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::worktree_watch_test {

using cohort::runtime::execution::worktree_watch;
using cohort::tests::write_file;
namespace fs = std::filesystem;

namespace {

using strings = std::vector<std::string>;

struct watched {
  watched() {
    for (auto* name : {"a", "b", "dir/c", "dir/d"})
      write_file(folder.path() / name, "bytes\n");
  }
  temp_folder folder;
};

} // namespace

TEST_CASE("a folder that nobody touches has no changes") {
  watched world;
  worktree_watch watch{world.folder.path()};
  CHECK(watch.since().files.empty());
  CHECK_FALSE(watch.since().has_more);
}

TEST_CASE("files that are new, changed or gone are named") {
  watched world;
  auto root = world.folder.path();
  worktree_watch watch{root};
  write_file(root / "new", "x");
  write_file(root / "a", "other\n");
  fs::remove(root / "b");
  fs::permissions(root / "dir/c", fs::perms::owner_exec, fs::perm_options::add);
  fs::create_symlink("/", root / "link");
  CHECK(watch.since().files == strings{"a", "b", "dir/c", "link", "new"});
  CHECK_FALSE(watch.since().has_more);
}

TEST_CASE("a time that is set back hides nothing") {
  watched world;
  auto file = world.folder.path() / "a";
  auto time = fs::last_write_time(file);
  worktree_watch watch{world.folder.path()};
  write_file(file, "BYTES\n");
  fs::last_write_time(file, time);
  CHECK(watch.since().files == strings{"a"});
}

TEST_CASE("folders that come or go are told") {
  watched world;
  auto root = world.folder.path();
  worktree_watch watch{root};
  fs::create_directory(root / "empty");
  CHECK(watch.since().files.empty());
  CHECK(watch.since().has_more);
  fs::remove(root / "empty");
  CHECK_FALSE(watch.since().has_more);
  fs::remove_all(root / "dir");
  CHECK(watch.since().files == strings{"dir/c", "dir/d"});
  CHECK(watch.since().has_more);
}

TEST_CASE("pipes, and the mode of the folder itself, are told") {
  watched world;
  auto root = world.folder.path();
  worktree_watch watch{root};
  REQUIRE(mkfifo((root / "pipe").c_str(), 0600) == 0);
  CHECK(watch.since().has_more);
  fs::remove(root / "pipe");
  CHECK_FALSE(watch.since().has_more);
  fs::permissions(root, fs::perms::owner_write, fs::perm_options::remove);
  CHECK(watch.since().has_more);
  worktree_watch::open_folders(root);
  CHECK_FALSE(watch.since().has_more);
}

TEST_CASE("folders that nobody may enter are opened") {
  watched world;
  auto root = world.folder.path();
  fs::permissions(root / "dir", fs::perms::none);
  worktree_watch::open_folders(root);
  CHECK((fs::status(root / "dir").permissions() & fs::perms::owner_all)
        == fs::perms::owner_all);
}

} // namespace cohort::tests::worktree_watch_test
