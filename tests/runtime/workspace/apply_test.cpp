#include <doctest/doctest.h>

#include "runtime/workspace/delivery.hpp"
#include "runtime/workspace/working_tree.hpp"
#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::apply_test {

using namespace cohort;
using namespace cohort::tests;
using runtime::errc;
using workspace::delivery;

namespace {

struct bench {
  playground ground;

  runtime::expected<std::vector<std::string>> apply(const files& from,
                                                    const files& to) {
    auto base = ground.tree_of(from);
    auto tree = ground.tree_of(to);
    return delivery{ground.store()}.apply(ground.root(), base, tree);
  }

  /// Applies, and expects a refusal that names `name` and changes nothing.
  void refuse(const files& from, const files& to, const std::string& name) {
    auto before = contents(ground.root());
    auto folders_before = folders(ground.root());
    auto done = apply(from, to);
    REQUIRE(!done);
    CHECK(done.error().code == errc::workspace_moved);
    CHECK(done.error().message.find(name) != std::string::npos);
    CHECK(contents(ground.root()) == before);
    CHECK(folders(ground.root()).size() == folders_before.size());
  }
};

} // namespace

TEST_CASE("apply changes what differs and nothing else") {
  bench test;
  auto root = test.ground.root();
  files from{{"a", "file:1"},
             {"b/c", "file:2"},
             {"gone/x", "file:3"},
             {"l", "link:a"},
             {"m", "file:4"}};
  files to{{"a", "file:one"},
           {"b/c", "file:2"},
           {"new/deep/y", "exec:5"},
           {"l", "link:m"},
           {"m", "exec:4"}};
  populate(root, from);
  write(root / "users-own", "u");
  auto time = age(root / "b/c");
  auto done = test.apply(from, to);
  REQUIRE(done);
  CHECK(*done
        == std::vector<std::string>{"a", "gone/x", "l", "m", "new/deep/y"});
  to["users-own"] = "file:u";
  CHECK(contents(root) == to);
  CHECK(fs::last_write_time(root / "b/c") == time);
  CHECK(!fs::exists(root / "gone"));
}

TEST_CASE("apply ends at the result from any beginning") {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    bench test;
    auto from = random_files(random);
    auto to = random_files(random);
    populate(test.ground.root(), from);
    auto done = test.apply(from, to);
    REQUIRE(done);
    CHECK(contents(test.ground.root()) == to);
    for (auto& path : folders(test.ground.root()))
      CHECK(!fs::is_empty(test.ground.root() / path));
  }
}

TEST_CASE("a file that moved on is named, and nothing is touched") {
  files from{{"a", "file:1"}, {"b", "file:1"}, {"c", "file:1"}};
  files to{{"a", "file:2"}, {"b", "file:2"}, {"d", "file:2"}};
  SUBCASE("content") {
    bench test;
    populate(test.ground.root(),
             {{"a", "file:1"}, {"b", "file:!"}, {"c", "file:1"}});
    test.refuse(from, to, "b");
  }
  SUBCASE("mode") {
    bench test;
    populate(test.ground.root(),
             {{"a", "file:1"}, {"b", "exec:1"}, {"c", "file:1"}});
    test.refuse(from, to, "b");
  }
  SUBCASE("kind") {
    bench test;
    populate(test.ground.root(),
             {{"a", "file:1"}, {"b", "link:a"}, {"c", "file:1"}});
    test.refuse(from, to, "b");
  }
  SUBCASE("a file to change is gone") {
    bench test;
    populate(test.ground.root(), {{"a", "file:1"}, {"c", "file:1"}});
    test.refuse(from, to, "b");
  }
  SUBCASE("a file to remove was changed") {
    bench test;
    populate(test.ground.root(),
             {{"a", "file:1"}, {"b", "file:1"}, {"c", "file:edited"}});
    test.refuse(from, to, "c");
  }
  SUBCASE("a file to make is there") {
    bench test;
    populate(
      test.ground.root(),
      {{"a", "file:1"}, {"b", "file:1"}, {"c", "file:1"}, {"d", "file:mine"}});
    test.refuse(from, to, "d");
  }
  SUBCASE("a folder is where a file shall be") {
    bench test;
    populate(test.ground.root(), {{"a", "file:1"},
                                  {"b", "file:1"},
                                  {"c", "file:1"},
                                  {"d/mine", "file:x"}});
    test.refuse(from, to, "d/mine");
  }
  SUBCASE("all of them are named") {
    bench test;
    populate(test.ground.root(),
             {{"a", "file:!"}, {"b", "file:!"}, {"c", "file:1"}});
    test.refuse(from, to, "a, b");
  }
}

TEST_CASE("a folder becomes a file only when nothing else is in it") {
  files from{{"a/x", "file:1"}, {"a/y/z", "file:2"}};
  files to{{"a", "file:now a file"}};
  bench test;
  populate(test.ground.root(), from);
  write(test.ground.root() / "a/y/mine.o", "object");
  test.refuse(from, to, "a/y/mine.o");
  fs::remove(test.ground.root() / "a/y/mine.o");
  fs::create_directories(test.ground.root() / "a/empty");
  REQUIRE(test.apply(from, to));
  CHECK(contents(test.ground.root()) == to);
  REQUIRE(test.apply(to, from));
  CHECK(contents(test.ground.root()) == from);
}

TEST_CASE("an apply that was cut off can be repeated") {
  bench test;
  files from{{"a", "file:1"}, {"b", "file:1"}, {"c", "file:1"}};
  files to{{"a", "file:2"}, {"b", "file:2"}, {"d", "file:2"}};
  populate(test.ground.root(),
           {{"a", "file:2"}, {"b", "file:1"}, {"d", "file:2"}});
  auto done = test.apply(from, to);
  REQUIRE(done);
  CHECK(*done == std::vector<std::string>{"b"});
  CHECK(contents(test.ground.root()) == to);
  CHECK(test.apply(from, to)->empty());
}

TEST_CASE("nothing is written through a link") {
  bench test;
  auto outside = test.ground.home() / "outside";
  populate(outside, {{"x", "file:1"}});
  fs::create_symlink(outside, test.ground.root() / "a");
  test.refuse({{"a/x", "file:1"}}, {{"a/x", "file:2"}}, "a/x");
  test.refuse({}, {{"a/new", "file:2"}}, "a/new");
  test.refuse({{"a/x", "file:1"}}, {}, "a/x");
  REQUIRE(test.apply({{"a", "link:" + outside.string()}}, {{"a/x", "file:2"}}));
  CHECK(contents(test.ground.root()) == files{{"a/x", "file:2"}});
  CHECK(contents(outside) == files{{"x", "file:1"}});
}

TEST_CASE("modes stay, but for who may execute") {
  bench test;
  auto root = test.ground.root();
  files from{{"a", "file:1"}, {"b", "file:1"}, {"c", "exec:1"}};
  populate(root, from);
  chmod((root / "a").c_str(), 0640);
  chmod((root / "b").c_str(), 0640);
  chmod((root / "c").c_str(), 0751);
  REQUIRE(
    test.apply(from, {{"a", "file:2"}, {"b", "exec:1"}, {"c", "file:1"}}));
  auto mode = [&](const char* name) {
    struct stat info {};
    lstat((root / name).c_str(), &info);
    return info.st_mode & 07777;
  };
  CHECK(mode("a") == 0640);
  CHECK(mode("b") == 0750);
  CHECK(mode("c") == 0640);
}

TEST_CASE("a hard link elsewhere keeps the old content") {
  bench test;
  populate(test.ground.root(), {{"a", "file:1"}});
  fs::create_hard_link(test.ground.root() / "a", test.ground.home() / "cache");
  REQUIRE(test.apply({{"a", "file:1"}}, {{"a", "file:2"}}));
  CHECK(read(test.ground.home() / "cache") == "1");
}

TEST_CASE("content that the store has lost stops apply before it begins") {
  bench test;
  files from{{"a", "file:1"}, {"z", "file:1"}};
  files to{{"a", "file:2"}, {"z", "file:lost"}};
  populate(test.ground.root(), from);
  auto base = test.ground.tree_of(from);
  auto tree = test.ground.tree_of(to);
  auto oid = test.ground.run("printf lost | git hash-object --stdin");
  fs::remove(test.ground.store_path() / "objects" / oid.substr(0, 2)
             / oid.substr(2, 38));
  auto done = delivery{test.ground.store()}.apply(test.ground.root(), base,
                                                  tree);
  REQUIRE(!done);
  CHECK(done.error().code == errc::storage_failed);
  CHECK(done.error().message.find("z") != std::string::npos);
  CHECK(contents(test.ground.root()) == from);
}

TEST_CASE("a failure midway puts back all that was done") {
  bench test;
  auto& ground = test.ground;
  files from{{"a", "file:1"},
             {"f", "file:1"},
             {"gone/x", "exec:1"},
             {"k/x", "file:1"},
             {"l", "link:a"}};
  files to{{"a", "file:2"},
           {"f/x", "file:1"},
           {"k", "link:a"},
           {"l", "file:2"},
           {"n/e/w", "file:2"}};
  populate(ground.root(), from);
  chmod((ground.root() / "a").c_str(), 0640);
  auto base = ground.tree_of(from);
  // The last file's name is too long for any disk.
  auto tree = ground
                .run(ground.store_path(),
                     "{ git ls-tree " + ground.tree_of(to)
                       + "; printf '100644 blob %s\\t%s\\n' "
                         "$(echo x | git hash-object -w --stdin) "
                       + std::string(256, 'z') + "; } | git mktree")
                .substr(0, 40);
  auto done = delivery{ground.store()}.apply(ground.root(), base, tree);
  REQUIRE(!done);
  CHECK(done.error().code == errc::storage_failed);
  CHECK(done.error().message.find("zzz") != std::string::npos);
  CHECK(done.error().message.find("as it was") != std::string::npos);
  CHECK(contents(ground.root()) == from);
  CHECK(folders(ground.root()).size() == 2);
  struct stat info {};
  lstat((ground.root() / "a").c_str(), &info);
  CHECK((info.st_mode & 07777) == 0640);
}

TEST_CASE("an edit between check and commit is not lost") {
  bench test;
  auto& ground = test.ground;
  files from{{"a", "file:1"}, {"b", "file:1"}, {"c", "file:1"}};
  auto base = ground.tree_of(from);
  auto result = ground.tree_of({{"a", "file:2"}, {"n", "file:2"}});
  populate(ground.root(), from);
  git_repository* raw = nullptr;
  REQUIRE(git_repository_open_bare(&raw, ground.store_path().c_str()) == 0);
  workspace::git::repository repo{raw};
  auto odb = workspace::git::objects_of(raw);
  auto before = workspace::git::find_tree(raw, base);
  auto after = workspace::git::find_tree(raw, result);
  REQUIRE((odb && before && after));
  auto wanted = workspace::compare_trees(raw, before->get(), after->get());
  auto had = workspace::compare_trees(raw, after->get(), before->get());
  REQUIRE((wanted && had));
  auto root = ground.root();
  std::string edited;
  SUBCASE("of a file that changes") {
    edited = "a";
  }
  SUBCASE("of a file that goes") {
    edited = "c";
  }
  SUBCASE("that makes a file") {
    edited = "n";
  }
  {
    workspace::working_tree_change change{root, raw, odb->get()};
    REQUIRE(change.check(*had, *wanted));
    REQUIRE(change.stage());
    write(root / edited, "the user's own");
    auto done = change.commit();
    REQUIRE(!done);
    CHECK(done.error().code == errc::workspace_moved);
    CHECK(done.error().message.find(edited) != std::string::npos);
  }
  from[edited] = "file:the user's own";
  CHECK(contents(root) == from);
}

TEST_CASE("a workspace that is not there is an error") {
  bench test;
  auto tree = test.ground.tree_of({});
  auto done = delivery{test.ground.store()}.apply(test.ground.home() / "none",
                                                  tree, tree);
  REQUIRE(!done);
  CHECK(done.error().code == errc::workspace_unreadable);
}

} // namespace cohort::tests::apply_test
