#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/workspace/snapshot_files.hpp"
#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::snapshot_test {

using namespace cohort;
using namespace cohort::tests;
using runtime::errc;
using workspace::matches_glob;
using workspace::object_store;

namespace {

/// What `git` would put into a commit if everything were added.
std::set<std::string> listed_by_git(const playground& ground,
                                    const fs::path& folder) {
  auto output = ground.run(folder, "git ls-files -z -co --exclude-standard");
  std::set<std::string> result;
  for (size_t begin = 0, end; begin < output.size(); begin = end + 1) {
    end = output.find('\0', begin);
    auto path = output.substr(begin, end - begin);
    if (fs::exists(fs::symlink_status(folder / path)))
      result.insert(path);
  }
  return result;
}

std::set<std::string> names(const files& what) {
  std::set<std::string> result;
  for (auto& [path, content] : what)
    result.insert(path);
  return result;
}

} // namespace

TEST_CASE("without git a snapshot holds every file, link and mode") {
  playground ground;
  files all{{"a.txt", "file:text\n"},
            {"bin/run", "exec:#!/bin/sh\n"},
            {"deep/er/still/x", "file:"},
            {"dangling", "link:nowhere"},
            {"loop", "link:."},
            {"outside", "link:/etc"},
            {"crlf", std::string{"file:a\r\nb\r\n"}},
            {"bytes", std::string{"file:\0\xff\n", 8}}};
  populate(ground.root(), all);
  write(ground.root() / ".git-but-not", "x");
  all[".git-but-not"] = "file:x";
  fs::create_directories(ground.root() / "empty/folder");
  auto taken = ground.store().take_snapshot(ground.root(), {});
  REQUIRE(taken);
  CHECK(taken->files == all.size());
  CHECK(ground.files_of(taken->tree) == all);
}

TEST_CASE("names that are odd survive") {
  playground ground;
  files all;
  for (std::string name :
       {"new\nline", "tab\t", "quote\"s'", "back\\slash", " spaces ", "dot.",
        "\xff\xfe not utf-8", "git~1", "con", "a:b", "-", "*", "...", ".gitx",
        "caf\xc3\xa9", "cafe\xcc\x81"})
    all[name + "/" + name] = all[name + "2"] = "file:" + name;
  all[std::string(255, 'n')] = "file:long";
  populate(ground.root(), all);
  CHECK(ground.files_of(ground.snapshot(ground.root())) == all);
}

TEST_CASE("a tree has the id that git gives it") {
  playground ground;
  populate(ground.root(), {{"a", "file:1"},
                           {"a.c/x", "exec:2"},
                           {"a-b", "link:a"},
                           {"b/a/c", "file:3"},
                           {"a0", "file:4"}});
  ground.commit_all();
  CHECK(ground.snapshot(ground.root()) + "\n"
        == ground.run("git rev-parse HEAD^{tree}"));
}

TEST_CASE("an empty workspace is the empty tree") {
  playground ground;
  CHECK(ground.snapshot(ground.root())
        == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  ground.run("git init -q .");
  CHECK(ground.snapshot(ground.root())
        == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

TEST_CASE("with git a snapshot holds the working tree, less what is ignored") {
  playground ground;
  populate(ground.root(),
           {{"tracked", "file:old"},
            {"deleted", "file:x"},
            {"staged-away", "file:x"},
            {"forced.o", "file:tracked although ignored"},
            {".gitignore", "file:*.o\nbuild/\n!keep.o\n/top\n"}});
  ground.commit_all();
  ground.run("git add -f forced.o");
  write(ground.root() / "tracked", "new, not staged");
  fs::remove(ground.root() / "deleted");
  ground.run("git rm -q --cached staged-away");
  populate(ground.root(), {{"untracked", "file:u"},
                           {"sub/.gitignore", "file:local\n"},
                           {"sub/local", "file:ignored"},
                           {"sub/other", "file:o"},
                           {"sub/top", "file:not the top"},
                           {"top", "file:ignored"},
                           {"x.o", "file:ignored"},
                           {"keep.o", "file:kept"},
                           {"build/out/y", "file:ignored"}});
  auto tree = ground.files_of(ground.snapshot(ground.root()));
  CHECK(names(tree) == listed_by_git(ground, ground.root()));
  CHECK(tree.at("tracked") == "file:new, not staged");
  CHECK(tree.count("deleted") == 0);
  CHECK(tree.count("staged-away") == 1);
  CHECK(tree.count("forced.o") == 1);
  CHECK(tree.count("x.o") == 0);

  auto with = ground.files_of(
    ground.snapshot(ground.root(), {{"build/**/y", "*.o"}, 1 << 20}));
  CHECK(with.count("build/out/y") == 1);
  CHECK(with.count("x.o") == 1);
  CHECK(with.count("sub/local") == 0);
}

TEST_CASE("a snapshot agrees with git about what is ignored") {
  for (uint32_t seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U}) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    playground ground;
    auto pick = [&](std::vector<std::string> from) {
      return from[random() % from.size()];
    };
    populate(ground.root(), random_files(random));
    for (std::string folder : {"", "a/", "b/"}) {
      if (fs::exists(fs::symlink_status(ground.root() / folder))
          && !fs::is_directory(
            fs::symlink_status(ground.root() / pick({"a", "b"}))))
        continue;
      std::string rules;
      for (auto n = random() % 4; n > 0; --n)
        rules += pick({"", "!", "/"})
                 + pick({"a", "b", "a.c", "*0", "b/a", "**/a", "a/**", "a*"})
                 + pick({"", "/"}) + "\n";
      if (folder.empty()
          || fs::is_directory(
            fs::symlink_status(ground.root() / folder.substr(0, 1))))
        write(ground.root() / folder / ".gitignore", rules);
    }
    ground.run("git init -q . && git add a 2>/dev/null || true");
    populate(ground.root() / "late", random_files(random));
    CHECK(names(ground.files_of(ground.snapshot(ground.root())))
          == listed_by_git(ground, ground.root()));
  }
}

TEST_CASE("a workspace may be a folder of a repository") {
  playground ground;
  populate(ground.root(), {{"part/in", "file:1"},
                           {"part/in.o", "file:ignored"},
                           {"part/deep/x", "file:2"},
                           {"partial", "file:outside"},
                           {".gitignore", "file:*.o\n"}});
  ground.commit_all();
  CHECK(ground.files_of(ground.snapshot(ground.root() / "part"))
        == files{{"in", "file:1"}, {"deep/x", "file:2"}});
}

TEST_CASE("a folder that its repository ignores counts as one without git") {
  playground ground;
  populate(ground.root(),
           {{".gitignore", "file:scratch/\n*.o\n"}, {"scratch/x.o", "file:1"}});
  ground.commit_all();
  CHECK(ground.files_of(ground.snapshot(ground.root() / "scratch"))
        == files{{"x.o", "file:1"}});
}

TEST_CASE("a linked worktree is a repository, too") {
  playground ground;
  populate(ground.root(), {{"a", "file:1"}, {".gitignore", "file:*.o\n"}});
  ground.commit_all();
  ground.run("git worktree add -q ../linked");
  auto linked = ground.home() / "linked";
  write(linked / "b.o", "ignored");
  write(linked / "c", "new");
  REQUIRE(fs::is_regular_file(linked / ".git"));
  CHECK(names(ground.files_of(ground.snapshot(linked)))
        == std::set<std::string>{".gitignore", "a", "c"});
}

TEST_CASE("submodules and repositories inside count as plain files") {
  playground ground;
  playground other;
  populate(other.root(), {{"lib.c", "file:1"}, {".gitignore", "file:*.o\n"}});
  other.commit_all();
  write(ground.root() / "main.c", "2");
  ground.commit_all();
  ground.run("git -c protocol.file.allow=always submodule --quiet add "
             + other.root().string() + " lib");
  ground.run("git clone -q " + other.root().string() + " vendored");
  write(ground.root() / "lib/x.o", "ignored there");
  write(ground.root() / "lib/new.c", "3");
  fs::create_directories(ground.root() / "broken/.git");
  write(ground.root() / "broken/file", "4");
  CHECK(names(ground.files_of(ground.snapshot(ground.root())))
        == std::set<std::string>{".gitmodules", "broken/file", "lib/.gitignore",
                                 "lib/lib.c", "lib/new.c", "main.c",
                                 "vendored/.gitignore", "vendored/lib.c"});
}

TEST_CASE("a tracked folder that became a link is a link") {
  playground ground;
  populate(ground.root(), {{"a/x", "file:1"}, {"b/x", "file:2"}});
  ground.commit_all();
  fs::remove_all(ground.root() / "a");
  fs::create_symlink("b", ground.root() / "a");
  CHECK(ground.files_of(ground.snapshot(ground.root()))
        == files{{"a", "link:b"}, {"b/x", "file:2"}});
}

TEST_CASE("a tracked file that became a folder is a folder") {
  playground ground;
  write(ground.root() / "a", "1");
  ground.commit_all();
  fs::remove(ground.root() / "a");
  write(ground.root() / "a/x", "2");
  CHECK(ground.files_of(ground.snapshot(ground.root()))
        == files{{"a/x", "file:2"}});
}

TEST_CASE("pipes and sockets are skipped, and nothing waits for them") {
  playground ground;
  write(ground.root() / "a", "1");
  REQUIRE(mkfifo((ground.root() / "pipe").c_str(), 0600) == 0);
  CHECK(ground.files_of(ground.snapshot(ground.root()))
        == files{{"a", "file:1"}});
}

TEST_CASE("a snapshot leaves the workspace and its repository alone") {
  playground ground;
  populate(ground.root(), {{"a", "file:1"}, {"b", "file:2"}});
  ground.commit_all();
  write(ground.root() / "a", "changed");
  write(ground.root() / "c", "new");
  auto before = contents(ground.root());
  auto index_time = fs::last_write_time(ground.root() / ".git/index");
  ground.snapshot(ground.root());
  CHECK(contents(ground.root()) == before);
  CHECK(fs::last_write_time(ground.root() / ".git/index") == index_time);
}

TEST_CASE("attributes that convert line ends do not touch a snapshot") {
  playground ground;
  populate(ground.root(), {{".gitattributes", "file:* text eol=crlf\n"},
                           {"a", "file:1\n2\r\n"}});
  ground.commit_all();
  CHECK(ground.files_of(ground.snapshot(ground.root())).at("a")
        == "file:1\n2\r\n");
}

TEST_CASE("a file above the limit is refused by name") {
  playground ground;
  write(ground.root() / "small", std::string(100, 's'));
  write(ground.root() / "sub/large", std::string(101, 'l'));
  auto taken = ground.store().take_snapshot(ground.root(), {{}, 100});
  REQUIRE(!taken);
  CHECK(taken.error().code == errc::workspace_unreadable);
  CHECK(taken.error().message.find("sub/large") != std::string::npos);
  CHECK(ground.store().take_snapshot(ground.root(), {{}, 101}));
}

TEST_CASE("a large file goes through in parts, bit by bit the same") {
  playground ground;
  std::string bytes(9U << 20, '\0');
  std::mt19937 random{7};
  for (size_t i = 0; i < bytes.size(); i += 64)
    bytes[i] = static_cast<char>(random());
  write(ground.root() / "large", bytes);
  write(ground.root() / "edge", bytes.substr(0, 4U << 20));
  ground.commit_all();
  auto taken = ground.store().take_snapshot(ground.root(), {});
  REQUIRE(taken);
  CHECK(taken->bytes == bytes.size() + (4U << 20));
  CHECK(taken->tree + "\n" == ground.run("git rev-parse HEAD^{tree}"));
  CHECK(*ground.store().read_file(taken->tree, "large") == bytes);
}

TEST_CASE("what cannot be read is an error that names it") {
  playground ground;
  auto missing = ground.store().take_snapshot(ground.home() / "no-such", {});
  REQUIRE(!missing);
  CHECK(missing.error().code == errc::workspace_unreadable);
  write(ground.home() / "file", "x");
  CHECK(!ground.store().take_snapshot(ground.home() / "file", {}));

  write(ground.root() / ".git", "gitdir: /no/such/place\n");
  auto dangling = ground.store().take_snapshot(ground.root(), {});
  REQUIRE(!dangling);
  CHECK(dangling.error().code == errc::workspace_unreadable);
}

TEST_CASE("files and folders without permission are errors, not gaps") {
  playground ground;
  write(ground.root() / "file", "x");
  write(ground.root() / "folder/inner", "x");
  fs::permissions(ground.root() / "file", fs::perms::none);
  fs::permissions(ground.root() / "folder", fs::perms::none);
  // Permissions do not bind root: a child that is somebody else looks. The exit
  // status says which of the two were refused.
  fs::permissions(ground.home(), fs::perms::all);
  auto status = 0;
  auto child = fork();
  if (child == 0) {
    if (getuid() == 0 && setuid(65534) != 0)
      _exit(100);
    auto store = object_store::open(ground.home() / "other.git");
    if (!store)
      _exit(101);
    auto refused = [&](const char* name) {
      auto taken = store->take_snapshot(ground.root(), {});
      return !taken && taken.error().code == errc::workspace_unreadable
             && taken.error().message.find(name) != std::string::npos;
    };
    _exit(refused("folder") ? 0 : 1);
  }
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  fs::permissions(ground.root() / "folder", fs::perms::owner_all);
  child = fork();
  if (child == 0) {
    if (getuid() == 0 && setuid(65534) != 0)
      _exit(100);
    fs::path folder = ground.home() / "other.git";
    auto store = object_store::open(folder);
    if (!store)
      _exit(101);
    auto taken = store->take_snapshot(ground.root(), {});
    _exit(!taken && taken.error().code == errc::workspace_unreadable ? 0 : 1);
  }
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("many threads may use one store, from its making on") {
  playground ground;
  for (int i = 0; i < 50; ++i)
    write(ground.root() / std::to_string(i), std::to_string(i));
  std::vector<std::string> trees(6);
  std::vector<std::thread> threads;
  for (auto& tree : trees)
    threads.emplace_back([&] {
      auto store = object_store::open(ground.store_path());
      if (!store) {
        tree = store.error().message;
        return;
      }
      auto taken = store->take_snapshot(ground.root(), {});
      tree = taken ? taken->tree : taken.error().message;
      if (auto kept = store->keep("t/" + tree, tree); !kept)
        tree += kept.error().message;
    });
  for (auto& thread : threads)
    thread.join();
  for (auto& tree : trees)
    CHECK(tree == ground.snapshot(ground.root()));
  CHECK(ground.run(ground.store_path(),
                   "git fsck --strict --no-progress 2>/dev/null")
        == "");
}

TEST_CASE("many processes may use one store, from its making on") {
  playground ground;
  for (int i = 0; i < 50; ++i)
    write(ground.root() / std::to_string(i), std::to_string(i));
  std::vector<pid_t> children;
  for (int i = 0; i < 5; ++i) {
    auto child = fork();
    if (child == 0) {
      auto store = object_store::open(ground.store_path());
      auto taken = store
                     ? store->take_snapshot(ground.root(), {})
                     : runtime::expected<workspace::snapshot>{store.error()};
      _exit(taken && store->keep("same", taken->tree) ? 0 : 1);
    }
    children.push_back(child);
  }
  for (auto child : children) {
    auto status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  CHECK(*ground.store().kept("same") == ground.snapshot(ground.root()));
}

TEST_CASE("an object that a power cut left empty is written again") {
  playground ground;
  write(ground.root() / "a", "content");
  auto tree = ground.snapshot(ground.root());
  auto oid = ground.run("git hash-object a");
  auto object = ground.store_path() / "objects" / oid.substr(0, 2)
                / oid.substr(2, 38);
  REQUIRE(fs::exists(object));
  fs::permissions(object, fs::perms::owner_write, fs::perm_options::add);
  fs::resize_file(object, 0);
  auto fresh = object_store::open(ground.store_path());
  REQUIRE(fresh);
  auto lost = fresh->read_file(tree, "a");
  REQUIRE(!lost);
  CHECK(lost.error().code == errc::storage_failed);
  CHECK(fresh->take_snapshot(ground.root(), {})->tree == tree);
  CHECK(*fresh->read_file(tree, "a") == "content");
}

TEST_CASE("a glob matches parts and folders, in time") {
  CHECK(matches_glob("a.c", "a.c"));
  CHECK(!matches_glob("a.c", "abc"));
  CHECK(matches_glob("*.c", "a.c"));
  CHECK(!matches_glob("*.c", "x/a.c"));
  CHECK(matches_glob("**/*.c", "a.c"));
  CHECK(matches_glob("**/*.c", "x/y/a.c"));
  CHECK(!matches_glob("**/b.c", "ab.c"));
  CHECK(matches_glob("a/**", "a/b/c"));
  CHECK(!matches_glob("a/**", "b/a/c"));
  CHECK(matches_glob("a/**/b", "a/b"));
  CHECK(matches_glob("a/**/b", "a/x/y/b"));
  CHECK(!matches_glob("a/**/b", "a/xb"));
  CHECK(matches_glob("?", "x"));
  CHECK(!matches_glob("a?b", "a/b"));
  CHECK(matches_glob("", ""));
  CHECK(!matches_glob("", "x"));
  CHECK(matches_glob("**", "a/b"));
  CHECK(matches_glob("a**c", "a/b/c"));
  std::string stars;
  for (int i = 0; i < 100; ++i)
    stars += "*a";
  CHECK(!matches_glob(stars + "b", std::string(4000, 'a')));
}

} // namespace cohort::tests::snapshot_test
