#include <doctest/doctest.h>

#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::revision_test {

using namespace cohort::runtime;
using namespace cohort::tests;

namespace {

/// A repository with one commit, and a workspace that went on from there.
struct repository : playground {
  repository() {
    populate(root(), first);
    commit_all();
  }

  workspace::tree_id base(const std::string& revision = "HEAD",
                          const workspace::snapshot_settings& settings = {}) {
    auto taken = store().take_revision(root(), revision,
                                       snapshot(root(), settings), settings);
    REQUIRE_MESSAGE(taken, taken.error().message);
    return *taken;
  }

  error refusal(const std::string& revision) {
    auto taken = store().take_revision(root(), revision, snapshot(root()), {});
    REQUIRE_FALSE(taken);
    return taken.error();
  }

  const files first{{"a.c", "file:int a;\n"},
                    {"src/b.c", "file:int b;\n"},
                    {"run.sh", "exec:echo\n"},
                    {"link", "link:a.c"}};
};

bool has(const error& why, const std::string& text) {
  return why.message.find(text) != std::string::npos;
}

} // namespace

TEST_CASE_FIXTURE(repository, "what is not changed is the same tree") {
  CHECK(base() == snapshot(root()));
  CHECK(base("main") == base());
  CHECK(base("main^{tree}") == base());
}

TEST_CASE_FIXTURE(repository, "a revision is what was committed, not what is") {
  write(root() / "a.c", "int changed;\n");
  write(root() / "new.c", "int n;\n");
  fs::remove(root() / "src/b.c");
  CHECK(files_of(base()) == first);
  run("git add -A && git -c user.name=u -c user.email=u@h commit -qm second");
  CHECK(base() == snapshot(root()));
  CHECK(files_of(base("HEAD~1")) == first);
  run("git tag v1 HEAD~1");
  CHECK(base("v1") == base("HEAD~1"));
}

TEST_CASE_FIXTURE(repository, "an empty revision is the empty tree") {
  CHECK(files_of(base("")).empty());
}

TEST_CASE_FIXTURE(repository,
                  "a workspace in a folder has that folder's past") {
  auto inner = store().take_revision(root() / "src", "HEAD",
                                     snapshot(root() / "src"), {});
  REQUIRE(inner);
  CHECK(files_of(*inner) == files{{"b.c", "file:int b;\n"}});
}

TEST_CASE_FIXTURE(repository, "a folder that is new had nothing in it") {
  write(root() / "later/c.c", "int c;\n");
  auto inner = store().take_revision(root() / "later", "HEAD",
                                     snapshot(root() / "later"), {});
  REQUIRE(inner);
  CHECK(files_of(*inner).empty());
}

TEST_CASE_FIXTURE(repository, "files are as git would check them out") {
  write(root() / ".gitattributes", "*.txt text eol=crlf\n");
  write(root() / "t.txt", "a\r\nb\r\n");
  run("git add -A && git -c user.name=u -c user.email=u@h commit -qm crlf");
  CHECK(base() == snapshot(root()));
}

TEST_CASE_FIXTURE(repository, "ignored files that count have no past") {
  write(root() / ".gitignore", "*.gen\n");
  run("git add -A && git -c user.name=u -c user.email=u@h commit -qm ignore");
  write(root() / "x.gen", "1\n");
  workspace::snapshot_settings settings;
  settings.include = {"*.gen"};
  CHECK(base("HEAD", settings) == snapshot(root(), settings));
  CHECK(files_of(base("HEAD", settings)).count("x.gen") == 1);
}

TEST_CASE_FIXTURE(repository, "a submodule counts as it is") {
  auto other = home() / "other";
  write(other / "lib.c", "int l;\n");
  run(other, "git init -q -b main . && git add -A && "
             "git -c user.name=u -c user.email=u@h commit -qm lib");
  run("git -c protocol.file.allow=always submodule -q add '" + other.string()
      + "' lib && git -c user.name=u -c user.email=u@h commit -qm module");
  write(root() / "lib/lib.c", "int changed;\n");
  CHECK(base() == snapshot(root()));
}

TEST_CASE_FIXTURE(repository, "a sparse checkout has not removed anything") {
  run("git sparse-checkout set --no-cone '/*' '!/src/'");
  REQUIRE_FALSE(fs::exists(root() / "src/b.c"));
  CHECK(base() == snapshot(root()));
}

TEST_CASE_FIXTURE(repository, "what is no revision is named, with what to do") {
  for (auto name : {"nonsense", "HEAD~7", "0123456789", "HEAD:none", "a b"}) {
    auto why = refusal(name);
    CHECK(why.code == errc::workspace_unreadable);
    CHECK(has(why, "'" + std::string{name} + "' is no revision"));
    CHECK(has(why, "name a commit, a branch or a tag"));
  }
  CHECK(has(refusal("HEAD:a.c"), "is no revision")); // A file.
}

TEST_CASE("without a repository there is no revision") {
  playground ground;
  write(ground.root() / "a.c", "int a;\n");
  auto tree = ground.snapshot(ground.root());
  auto taken = ground.store().take_revision(ground.root(), "HEAD", tree, {});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == errc::workspace_unreadable);
  CHECK(has(taken.error(), "no git repository holds"));
  // From nothing needs none.
  CHECK(ground.store().take_revision(ground.root(), "", tree, {}));
}

TEST_CASE("a repository without a commit has no HEAD") {
  playground ground;
  write(ground.root() / "a.c", "int a;\n");
  ground.run("git init -q -b main .");
  auto taken = ground.store().take_revision(ground.root(), "HEAD",
                                            ground.snapshot(ground.root()), {});
  REQUIRE_FALSE(taken);
  CHECK(has(taken.error(), "'HEAD' is no revision"));
}

} // namespace cohort::tests::revision_test
