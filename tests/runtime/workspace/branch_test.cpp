#include <doctest/doctest.h>

#include "runtime/workspace/delivery.hpp"
#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::branch_test {

using namespace cohort;
using namespace cohort::tests;
using runtime::errc;
using workspace::delivery;

namespace {

/// A snapshot of the workspace, and the same with some files changed.
struct task {
  workspace::tree_id base;
  workspace::tree_id result;
};

task work(playground& ground, const fs::path& root, const files& changed) {
  task result;
  result.base = ground.snapshot(root);
  tests::temp_folder folder;
  auto& store = ground.store();
  REQUIRE(store.materialise(folder.path(), result.base, {}));
  std::vector<std::string> names;
  for (auto& [path, content] : changed) {
    fs::remove(folder.path() / path);
    names.push_back(path);
  }
  populate(folder.path(), changed);
  auto tree = store.capture(folder.path(), result.base, names);
  REQUIRE(tree);
  result.result = *tree;
  return result;
}

runtime::expected<std::string> deliver(playground& ground, const fs::path& root,
                                       const task& what,
                                       const std::string& branch = "cohort/t1",
                                       const std::string& message = "fix it") {
  return delivery{ground.store()}.write_branch(
    root, branch, what.base, what.result,
    {message, std::chrono::seconds{1'795'000'000}});
}

/// All files with content, but for objects, and what a new branch brings.
files without_news(const fs::path& root) {
  files result;
  for (auto& [path, content] : contents(root))
    if (path.find(".git/objects/") == std::string::npos
        && path.find("heads/cohort/") == std::string::npos)
      result[path] = content;
  return result;
}

} // namespace

TEST_CASE("the result is a commit on top of HEAD, and nothing else changes") {
  playground ground;
  populate(ground.root(),
           {{"a", "file:1"}, {"b/c", "exec:2"}, {"l", "link:a"}});
  ground.commit_all();
  auto before = without_news(ground.root());
  auto index_time = fs::last_write_time(ground.root() / ".git/index");
  auto branch = deliver(ground, ground.root(),
                        work(ground, ground.root(),
                             {{"a", "file:fixed"}, {"new/file", "file:n"}}));
  REQUIRE(branch);
  CHECK(*branch == "cohort/t1");
  CHECK(without_news(ground.root()) == before);
  CHECK(fs::last_write_time(ground.root() / ".git/index") == index_time);
  CHECK(ground.run("git log --format='%an %ae %s' cohort/t1")
        == "cohort cohort@localhost fix it\nu u@h first\n");
  CHECK(ground.run("git diff --name-status main cohort/t1")
        == "M\ta\nA\tnew/file\n");
  CHECK(ground.run("git show cohort/t1:a") == "fixed");
  CHECK(ground.run("git fsck --strict --no-progress 2>&1") == "");
  CHECK(ground.run("git status --porcelain") == "");
  CHECK(ground.run("git branch --show-current") == "main\n");
}

TEST_CASE("the commit holds what was not committed yet as well") {
  playground ground;
  populate(ground.root(), {{"a", "file:1"}, {"gone", "file:2"}});
  ground.commit_all();
  write(ground.root() / "a", "edited");
  write(ground.root() / "untracked", "u");
  fs::remove(ground.root() / "gone");
  REQUIRE(deliver(ground, ground.root(),
                  work(ground, ground.root(), {{"b", "file:new"}})));
  CHECK(ground.run("git diff --name-status main cohort/t1")
        == "M\ta\nA\tb\nD\tgone\nA\tuntracked\n");
  CHECK(ground.run("git status --porcelain")
        == " M a\n D gone\n?? untracked\n");
}

TEST_CASE("the author is the user where git knows one") {
  playground ground;
  write(ground.root() / "a", "1");
  ground.commit_all();
  ground.run("git config user.name Someone && git config user.email s@where");
  REQUIRE(deliver(ground, ground.root(),
                  work(ground, ground.root(), {{"a", "file:2"}})));
  CHECK(ground.run("git log -1 --format='%an %ae %cn' cohort/t1")
        == "Someone s@where Someone\n");
}

TEST_CASE("a repository without a commit gets a root commit") {
  playground ground;
  write(ground.root() / "part/a", "1");
  ground.run("git init -q -b main .");
  REQUIRE(deliver(ground, ground.root(),
                  work(ground, ground.root(), {{"part/a", "file:2"}})));
  CHECK(ground.run("git log --format=%s cohort/t1") == "fix it\n");
  CHECK(ground.run("git show cohort/t1:part/a") == "2");
  auto part = ground.root() / "part";
  REQUIRE(deliver(ground, part, work(ground, part, {{"a", "file:3"}}), "part"));
  CHECK(ground.run("git show part:part/a") == "3");
}

TEST_CASE("a workspace below the root is put into its place") {
  playground ground;
  populate(ground.root(), {{"x/y/a", "file:1"},
                           {"x/other", "file:2"},
                           {"z", "file:3"},
                           {"x/y.c", "file:4"}});
  ground.commit_all();
  auto part = ground.root() / "x/y";
  REQUIRE(
    deliver(ground, part,
            work(ground, part, {{"a", "file:fixed"}, {"n/b", "file:new"}})));
  CHECK(ground.run("git diff --name-status main cohort/t1")
        == "M\tx/y/a\nA\tx/y/n/b\n");
  CHECK(ground.run("git fsck --strict --no-progress 2>&1") == "");
  fs::create_directories(ground.root() / "fresh/folder");
  write(ground.root() / "fresh/folder/f", "1");
  auto fresh = ground.root() / "fresh/folder";
  REQUIRE(
    deliver(ground, fresh, work(ground, fresh, {{"f", "file:2"}}), "fresh"));
  CHECK(ground.run("git diff --name-status main fresh --")
        == "A\tfresh/folder/f\n");
}

TEST_CASE("a linked worktree gets the branch on top of its own HEAD") {
  playground ground;
  write(ground.root() / "a", "1");
  ground.commit_all();
  ground.run("git worktree add -q -b side ../linked && cd ../linked && "
             "git -c user.name=u -c user.email=u@h commit -q --allow-empty "
             "-m second");
  auto linked = ground.home() / "linked";
  REQUIRE(deliver(ground, linked, work(ground, linked, {{"a", "file:2"}})));
  CHECK(ground.run("git log --format=%s cohort/t1")
        == "fix it\nsecond\nfirst\n");
}

TEST_CASE("a detached HEAD is as good as a branch") {
  playground ground;
  write(ground.root() / "a", "1");
  ground.commit_all();
  ground.run("git checkout -q --detach");
  REQUIRE(deliver(ground, ground.root(),
                  work(ground, ground.root(), {{"a", "file:2"}})));
  CHECK(ground.run("git log --format=%s cohort/t1") == "fix it\nfirst\n");
}

TEST_CASE(
  "without a repository, or with one that ignores it, it is not found") {
  playground ground;
  write(ground.root() / "a", "1");
  auto none = deliver(ground, ground.root(),
                      work(ground, ground.root(), {{"a", "file:2"}}));
  REQUIRE(!none);
  CHECK(none.error().code == errc::not_found);
  write(ground.root() / ".gitignore", "scratch/\n");
  ground.commit_all();
  auto scratch = ground.root() / "scratch";
  write(scratch / "b", "1");
  auto before = contents(ground.root());
  CHECK(deliver(ground, scratch, work(ground, scratch, {{"b", "file:2"}}))
          .error()
          .code
        == errc::not_found);
  CHECK(contents(ground.root()) == before);
}

TEST_CASE("what a process that died had begun to write is removed, and nothing "
          "that others write") {
  playground ground;
  populate(ground.root(), {{"a", "file:1"}});
  ground.commit_all();
  auto objects = ground.root() / ".git/objects";
  auto hour_ago = std::chrono::floor<std::chrono::seconds>(
    std::chrono::system_clock::now() - std::chrono::hours{1});
  auto accepted = fs::file_time_type::clock::from_sys(hour_ago);
  populate(objects, {{"tmp_object_git2_of_it", "file:x"},
                     {"tmp_object_git2_old", "file:x"},
                     {"tmp_object_git2_new", "file:x"},
                     {"other", "file:x"}});
  for (auto* name : {"tmp_object_git2_of_it", "other"})
    fs::last_write_time(objects / name, accepted);
  fs::last_write_time(objects / "tmp_object_git2_old",
                      accepted - std::chrono::seconds{1});
  auto task = work(ground, ground.root(), {{"a", "file:fixed"}});
  REQUIRE(delivery{ground.store()}.write_branch(
    ground.root(), "cohort/t1", task.base, task.result,
    {"fix it", hour_ago.time_since_epoch()}));
  CHECK_FALSE(fs::exists(objects / "tmp_object_git2_of_it"));
  CHECK(fs::exists(objects / "tmp_object_git2_old"));
  CHECK(fs::exists(objects / "tmp_object_git2_new"));
  CHECK(fs::exists(objects / "other"));
}

TEST_CASE("a branch that exists is never moved") {
  playground ground;
  write(ground.root() / "a", "1");
  ground.commit_all();
  ground.run("git branch cohort/t1 && git branch taken");
  auto what = work(ground, ground.root(), {{"a", "file:2"}});
  auto exists = deliver(ground, ground.root(), what);
  REQUIRE(!exists);
  CHECK(exists.error().code == errc::storage_failed);
  CHECK(exists.error().message.find("cohort/t1") != std::string::npos);
  CHECK(ground.run("git log --format=%s cohort/t1") == "first\n");
  CHECK(deliver(ground, ground.root(), what, "taken/below").error().code
        == errc::storage_failed);
  for (std::string bad : {"", "-x", "a..b", "a b", "a/", "HEAD", "x.lock"}) {
    CAPTURE(bad);
    CHECK(deliver(ground, ground.root(), what, bad).error().code
          == errc::invalid_request);
  }
}

TEST_CASE(
  "handed over again, it is the same commit, wherever HEAD is by then") {
  playground ground;
  write(ground.root() / "a", "1");
  ground.commit_all();
  auto what = work(ground, ground.root(), {{"a", "file:2"}});
  REQUIRE(deliver(ground, ground.root(), what));
  auto first = ground.run("git rev-parse cohort/t1");
  CHECK(ground.run("git log -1 --format=%at,%ct cohort/t1")
        == "1795000000,1795000000\n");
  // As it was before: the same commit is made anew.
  ground.run("git branch -q -D cohort/t1");
  REQUIRE(deliver(ground, ground.root(), what));
  CHECK(ground.run("git rev-parse cohort/t1") == first);
  // HEAD has moved since: the commit that is there is kept.
  write(ground.root() / "b", "1");
  ground.run(
    "git add b && git -c user.name=u -c user.email=u@h commit -q -m b");
  REQUIRE(deliver(ground, ground.root(), what));
  CHECK(ground.run("git rev-parse cohort/t1") == first);
  // Killed before the branch had its name.
  ground.run("git branch -q -D cohort/t1");
  write(ground.root() / ".git/refs/heads/cohort/t1.lock", "");
  REQUIRE(deliver(ground, ground.root(), what));
  CHECK(!fs::exists(ground.root() / ".git/refs/heads/cohort/t1.lock"));
  ground.run("git reset -q --hard HEAD^");
  first = ground.run("git rev-parse cohort/t1");
  // Another result is no reason to move the branch.
  CHECK(
    deliver(ground, ground.root(), what, "cohort/t1", "fix more").error().code
    == errc::storage_failed);
  CHECK(ground.run("git rev-parse cohort/t1") == first);
}

TEST_CASE("submodules stay submodules") {
  playground ground;
  playground other;
  write(other.root() / "lib.c", "1");
  other.commit_all();
  write(ground.root() / "main.c", "2");
  ground.commit_all();
  ground.run(
    "git -c protocol.file.allow=always submodule --quiet add "
    + other.root().string()
    + " lib && git -c user.name=u -c user.email=u@h commit -q -m module");
  REQUIRE(deliver(ground, ground.root(),
                  work(ground, ground.root(), {{"main.c", "file:fixed"}})));
  CHECK(ground.run("git diff --name-status main cohort/t1") == "M\tmain.c\n");
  auto inside = deliver(ground, ground.root(),
                        work(ground, ground.root(), {{"lib/lib.c", "file:x"}}),
                        "inside");
  REQUIRE(!inside);
  CHECK(inside.error().code == errc::invalid_request);
  CHECK(inside.error().message.find("lib") != std::string::npos);
}

TEST_CASE("line ends are committed as attributes ask for") {
  playground ground;
  populate(ground.root(), {{".gitattributes", "file:* text eol=crlf\n"},
                           {"same", "file:1\r\n2\r\n"},
                           {"edited", "file:1\r\n2\r\n"},
                           {"fixed", "file:1\r\n2\r\n"}});
  ground.commit_all();
  REQUIRE(ground.run("git show HEAD:same") == "1\n2\n");
  write(ground.root() / "edited", "1\r\nzwei\r\n");
  auto what = work(ground, ground.root(), {{"fixed", "file:eins\r\n2\r\n"}});
  REQUIRE(deliver(ground, ground.root(), what));
  CHECK(ground.run("git diff --name-status main cohort/t1")
        == "M\tedited\nM\tfixed\n");
  CHECK(ground.run("git show cohort/t1:fixed") == "eins\n2\n");
}

TEST_CASE("what a sparse checkout leaves out is not removed") {
  playground ground;
  populate(ground.root(), {{"in/a", "file:1"}, {"out/b", "file:2"}});
  ground.commit_all();
  ground.run("git sparse-checkout set --cone in");
  REQUIRE(!fs::exists(ground.root() / "out/b"));
  REQUIRE(deliver(ground, ground.root(),
                  work(ground, ground.root(), {{"in/a", "file:2"}})));
  CHECK(ground.run("git diff --name-status main cohort/t1") == "M\tin/a\n");
}

TEST_CASE("a patch file is what git applies") {
  playground ground;
  populate(ground.root(),
           {{"a", "file:1\n"}, {"b", std::string{"file:\0", 6}}});
  auto what = work(ground, ground.root(),
                   {{"a", "exec:2\n"}, {"b", std::string{"file:\0\1", 7}}});
  auto file = ground.home() / "patches/deep/t1.patch";
  REQUIRE(delivery{ground.store()}.write_patch(file, what.base, what.result));
  ground.run("git apply ../patches/deep/t1.patch");
  CHECK(ground.snapshot(ground.root()) == what.result);
  write(ground.home() / "file", "x");
  auto refused = delivery{ground.store()}.write_patch(ground.home() / "file/p",
                                                      what.base, what.result);
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::storage_failed);
}

} // namespace cohort::tests::branch_test
