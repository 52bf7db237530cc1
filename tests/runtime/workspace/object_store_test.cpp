#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::object_store_test {

using namespace cohort;
using namespace cohort::tests;
using runtime::errc;
using workspace::object_store;

namespace {

const files small{{"a", "file:1"},
                  {"b/c", "exec:2"},
                  {"b/d/e", "file:3"},
                  {"l", "link:a"}};

std::vector<std::string> differing(const files& from, const files& to) {
  std::set<std::string> result;
  for (auto& [path, content] : from)
    if (to.count(path) == 0 || to.at(path) != content)
      result.insert(path);
  for (auto& [path, content] : to)
    if (from.count(path) == 0)
      result.insert(path);
  return {result.begin(), result.end()};
}

} // namespace

TEST_CASE("a store is opened again, and never over something else") {
  playground ground;
  auto tree = ground.tree_of(small);
  auto again = object_store::open(ground.store_path());
  REQUIRE(again);
  CHECK(*again->read_file(tree, "b/d/e") == "3");

  write(ground.home() / "occupied/file", "x");
  auto occupied = object_store::open(ground.home() / "occupied");
  REQUIRE(!occupied);
  CHECK(occupied.error().code == errc::storage_failed);
  CHECK(occupied.error().message.find("occupied") != std::string::npos);
  CHECK(contents(ground.home() / "occupied").size() == 1);

  CHECK(!object_store::open(ground.home() / "occupied/file/below"));
  write(ground.home() / "damaged/HEAD", "x");
  CHECK(!object_store::open(ground.home() / "damaged"));
  CHECK(object_store::open(ground.home() / "new/deep/store.git"));
  fs::create_directories(ground.home() / "empty");
  CHECK(object_store::open(ground.home() / "empty"));
}

TEST_CASE("what names no tree is not found") {
  playground ground;
  auto tree = ground.tree_of(small);
  auto& store = ground.store();
  for (std::string bad : {"", "x", "4b825dc642cb6eb9a060e54bf8d69288fbee490",
                          "0000000000000000000000000000000000000001",
                          "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"}) {
    CAPTURE(bad);
    CHECK(store.list_files(bad).error().code == errc::not_found);
    CHECK(store.changed_files(tree, bad).error().code == errc::not_found);
    CHECK(store.changed_files(bad, tree).error().code == errc::not_found);
    CHECK(store.diff(bad, tree).error().code == errc::not_found);
    CHECK(store.merge(bad, tree, tree).error().code == errc::not_found);
    CHECK(store.merge(tree, tree, bad).error().code == errc::not_found);
    CHECK(store.revert(tree, bad, {}).error().code == errc::not_found);
    CHECK(store.keep("x", bad).error().code == errc::not_found);
    CHECK(store.materialise(ground.root(), bad, {}).error().code
          == errc::not_found);
    CHECK(store.capture(ground.root(), bad, {}).error().code
          == errc::not_found);
    CHECK(store.read_file(bad, "a").error().code == errc::not_found);
  }
}

TEST_CASE("files are listed sorted and read by path") {
  playground ground;
  auto tree = ground.tree_of(
    {{"a.c", "file:1"}, {"a/b", "file:2"}, {"a-", "file:3"}, {"a0", "file:4"}});
  auto& store = ground.store();
  CHECK(*store.list_files(tree)
        == std::vector<std::string>{"a-", "a.c", "a/b", "a0"});
  CHECK(*store.read_file(tree, "a/b") == "2");
  CHECK(store.read_file(tree, "a").error().code == errc::not_found);
  CHECK(store.read_file(tree, "none").error().code == errc::not_found);
  CHECK(!store.read_file(tree, "../a"));
  CHECK(!store.read_file(tree, ""));
}

TEST_CASE("a tree is kept under a name") {
  playground ground;
  auto& store = ground.store();
  auto one = ground.tree_of(small);
  auto two = ground.tree_of({});
  CHECK(store.kept("task/base").error().code == errc::not_found);
  CHECK(store.keep("task/base", one));
  CHECK(store.keep("task/result", two));
  CHECK(*store.kept("task/base") == one);
  CHECK(store.keep("task/base", two));
  CHECK(*store.kept("task/base") == two);
  for (std::string bad : {"", "../x", "a..b", "x.lock", "a b", "a/"}) {
    CAPTURE(bad);
    CHECK(store.keep(bad, one).error().code == errc::invalid_request);
    CHECK(store.kept(bad).error().code == errc::invalid_request);
  }
  ground.run(ground.store_path(), "git gc -q --prune=now");
  CHECK(object_store::open(ground.store_path())->list_files(two)->empty());
}

TEST_CASE("a folder comes to hold exactly the tree") {
  playground ground;
  auto tree = ground.tree_of(small);
  auto folder = ground.home() / "out";
  populate(folder, {{"a/in/the/way", "file:x"},
                    {"b/c", "file:2"},
                    {"b/d", "file:in the way"},
                    {"extra", "file:x"},
                    {".git/config", "file:x"},
                    {"more/extra", "link:/etc"}});
  fs::create_directories(folder / "empty/folder");
  REQUIRE(ground.store().materialise(folder, tree, {}));
  CHECK(contents(folder) == small);
  CHECK(folders(folder).size() == 2);
}

TEST_CASE("moving from tree to tree ends at the tree, from anywhere") {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    playground ground;
    auto folder = ground.home() / "out";
    workspace::tree_id current;
    files held;
    for (int i = 0; i < 6; ++i) {
      auto next = random_files(random);
      auto tree = ground.tree_of(next);
      if (!current.empty())
        CHECK(*ground.store().changed_files(current, tree)
              == differing(held, next));
      auto known = random() % 4 != 0;
      REQUIRE(ground.store().materialise(
        folder, tree, known ? current : workspace::tree_id{}));
      CHECK(contents(folder) == next);
      for (auto& path : folders(folder))
        CHECK(!fs::is_empty(folder / path));
      current = tree;
      held = next;
    }
  }
}

TEST_CASE("files that do not change keep their times") {
  playground ground;
  auto one = ground.tree_of({{"same", "file:1"}, {"changed", "file:1"}});
  auto two = ground.tree_of({{"same", "file:1"}, {"changed", "file:2"}});
  auto folder = ground.home() / "out";
  REQUIRE(ground.store().materialise(folder, one, {}));
  auto same = age(folder / "same");
  auto changed = age(folder / "changed");
  REQUIRE(ground.store().materialise(folder, two, one));
  CHECK(fs::last_write_time(folder / "same") == same);
  CHECK(fs::last_write_time(folder / "changed") != changed);
  changed = age(folder / "changed");
  REQUIRE(ground.store().materialise(folder, two, {}));
  CHECK(fs::last_write_time(folder / "same") == same);
  CHECK(fs::last_write_time(folder / "changed") == changed);
}

TEST_CASE("a hard link to an old file keeps the old content") {
  playground ground;
  auto one = ground.tree_of({{"a", "file:1"}});
  auto two = ground.tree_of({{"a", "file:2"}});
  auto folder = ground.home() / "out";
  REQUIRE(ground.store().materialise(folder, one, {}));
  fs::create_hard_link(folder / "a", ground.home() / "cache");
  REQUIRE(ground.store().materialise(folder, two, one));
  CHECK(read(ground.home() / "cache") == "1");
}

TEST_CASE("nothing is written or removed through a link") {
  playground ground;
  auto outside = ground.home() / "outside";
  populate(outside, {{"x", "file:precious"}, {"y", "file:precious"}});
  auto linked = ground.tree_of({{"a", "link:" + outside.string()}});
  auto folder = ground.tree_of({{"a/x", "file:1"}, {"a/z", "file:2"}});
  auto out = ground.home() / "out";
  for (auto known : {true, false}) {
    CAPTURE(known);
    REQUIRE(ground.store().materialise(out, linked, {}));
    REQUIRE(ground.store().materialise(out, folder, known ? linked : ""));
    CHECK(contents(out) == files{{"a/x", "file:1"}, {"a/z", "file:2"}});
    REQUIRE(ground.store().materialise(out, linked, known ? folder : ""));
    CHECK(contents(out).size() == 1);
  }
  // Planted behind the store's back, where it believes in a folder.
  REQUIRE(ground.store().materialise(out, folder, {}));
  fs::remove_all(out / "a");
  fs::create_symlink(outside, out / "a");
  auto empty = ground.tree_of({});
  REQUIRE(ground.store().materialise(out, empty, folder));
  auto other = ground.tree_of({{"a/x", "file:new"}, {"a/z", "file:2"}});
  REQUIRE(ground.store().materialise(out, other, folder));
  CHECK(contents(outside)
        == files{{"x", "file:precious"}, {"y", "file:precious"}});
}

TEST_CASE("a tree from elsewhere cannot write outside its folder") {
  playground ground;
  ground.store();
  for (std::string name : {"..", ".git", ".GIT", "."}) {
    CAPTURE(name);
    auto tree
      = ground
          .run(ground.store_path(),
               "o=$(echo evil | git hash-object -w --stdin)\n"
               "t=$(printf '100644 blob %s\\tx\\n' $o | git mktree)\n"
               "{ printf '40000 "
                 + name
                 + "\\0'; "
                   "echo $t | sed 's/../\\\\x&/g' | xargs -0 printf '%b' "
                   "| head -c 20; } > raw\n"
                   "git hash-object -t tree -w --literally raw")
          .substr(0, 40);
    auto store = object_store::open(ground.store_path());
    auto out = ground.home() / "deep" / "out";
    for (auto current : {std::string{}, ground.tree_of({})}) {
      auto done = store->materialise(out, tree, current);
      REQUIRE(!done);
      CHECK(done.error().code == errc::storage_failed);
      CHECK(done.error().message.find(name + "/x") != std::string::npos);
    }
    CHECK(contents(ground.home() / "deep").empty());
  }
}

TEST_CASE("capture takes the named files and nothing else") {
  playground ground;
  auto base = ground.tree_of(small);
  auto folder = ground.home() / "out";
  REQUIRE(ground.store().materialise(folder, base, {}));
  write(folder / "a", "changed");
  write(folder / "b/d/new", "new");
  write(folder / "not-named", "x");
  fs::remove(folder / "l");
  fs::remove(folder / "b/c");
  auto tree = ground.store().capture(
    folder, base, {"l", "a", "b/d/new", "never-there", "b/c", "a"});
  REQUIRE(tree);
  CHECK(ground.files_of(*tree)
        == files{
          {"a", "file:changed"}, {"b/d/e", "file:3"}, {"b/d/new", "file:new"}});
  CHECK(*ground.store().capture(folder, base, {}) == base);
}

TEST_CASE("capture agrees with a snapshot when all that changed is named") {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    playground ground;
    auto before = random_files(random);
    auto after = random_files(random);
    auto base = ground.tree_of(before);
    auto expected_tree = ground.tree_of(after);
    auto folder = ground.home() / "out";
    fs::create_directories(folder);
    populate(folder, after);
    auto names = differing(before, after);
    std::shuffle(names.begin(), names.end(), random);
    CHECK(*ground.store().capture(folder, base, names) == expected_tree);
    CHECK(*ground.store().revert(expected_tree, base, names) == base);
  }
}

TEST_CASE("capture refuses paths that leave the folder") {
  playground ground;
  auto base = ground.tree_of(small);
  write(ground.home() / "secret", "x");
  for (std::string bad : {"../secret", "/etc/passwd", "b/../../secret", "",
                          "./a", "b//c", ".git/config", "b/"}) {
    CAPTURE(bad);
    auto tree = ground.store().capture(ground.root(), base, {bad});
    REQUIRE(!tree);
    CHECK(tree.error().code == errc::invalid_request);
  }
  CHECK(!ground.store().capture(ground.root(), base, {std::string{"a\0b", 3}}));
  CHECK(!ground.store().revert(base, base, {"../a"}));
}

TEST_CASE("a file behind a link, and a pipe, count as removed") {
  playground ground;
  auto base = ground.tree_of(small);
  auto folder = ground.home() / "out";
  REQUIRE(ground.store().materialise(folder, base, {}));
  fs::remove_all(folder / "b");
  fs::create_symlink(ground.home(), folder / "b");
  write(ground.home() / "c", "secret");
  fs::remove(folder / "a");
  REQUIRE(mkfifo((folder / "a").c_str(), 0600) == 0);
  auto tree = ground.store().capture(folder, base, {"a", "b/c"});
  REQUIRE(tree);
  CHECK(ground.files_of(*tree) == files{{"b/d/e", "file:3"}, {"l", "link:a"}});
}

TEST_CASE("revert puts single files back") {
  playground ground;
  auto base = ground.tree_of(small);
  auto tree = ground.tree_of({{"a", "file:changed"},
                              {"new", "file:n"},
                              {"b/c", "file:2"},
                              {"kept", "file:k"}});
  auto back = ground.store().revert(tree, base,
                                    {"a", "new", "b/c", "b/d/e", "nowhere"});
  REQUIRE(back);
  CHECK(ground.files_of(*back)
        == files{{"a", "file:1"},
                 {"b/c", "exec:2"},
                 {"b/d/e", "file:3"},
                 {"kept", "file:k"}});
}

TEST_CASE("git takes the difference and makes the same tree of it") {
  playground ground;
  const files from{{"text", "file:1\n2\n3\n"},
                   {"no-newline", "file:x"},
                   {"gone", "file:x\n"},
                   {"mode", "file:m\n"},
                   {"crlf", "file:a\r\nb\r\n"},
                   {"binary", std::string{"file:\0\1\2\3", 9}},
                   {"link", "link:text"},
                   {"kind", "file:text"},
                   {"folder", "file:f\n"},
                   {"with space", "file:s\n"},
                   {"q\"uote\ttab\nline", "file:q\n"},
                   {"caf\xc3\xa9\xff", "file:c\n"},
                   {"empty", "file:"}};
  const files to{{"text", "file:1\nzwei\n3\n"},
                 {"no-newline", "file:y"},
                 {"mode", "exec:m\n"},
                 {"crlf", "file:a\r\nc\n"},
                 {"binary", std::string{"file:\0\1\2\4\0\5", 11}},
                 {"binary2", std::string{"file:\0\0\0", 8}},
                 {"link", "link:crlf"},
                 {"kind", "link:text"},
                 {"folder/x", "file:f\n"},
                 {"with space", "file:s\ns\n"},
                 {"q\"uote\ttab\nline", "file:q2\n"},
                 {"caf\xc3\xa9\xff", "file:c2\n"},
                 {"new\nfile", "exec:n"},
                 {"empty", "file:no longer"},
                 {"empty2", "file:"}};
  auto patch = ground.store().diff(ground.tree_of(from), ground.tree_of(to));
  REQUIRE(patch);
  write(ground.home() / "p.patch", *patch);
  populate(ground.root(), from);
  ground.run("git apply --binary ../p.patch");
  CHECK(contents(ground.root()) == to);
  auto none = ground.store().diff(ground.tree_of(to), ground.tree_of(to));
  CHECK(none->empty());
}

TEST_CASE("a difference names blobs in full") {
  playground ground;
  auto patch = ground.store().diff(ground.tree_of({{"a", "file:1\n"}}),
                                   ground.tree_of({{"a", "file:2\n"}}));
  REQUIRE(patch);
  // What `git hash-object` says of "1\n" and "2\n".
  CHECK(patch->find("index d00491fd7e5bb6fa28c517a0bb32b8b506539d4d.."
                    "0cfbf08886fca9a91cb753ec8734c84fcbe52c9f 100644\n")
        != std::string::npos);
}

TEST_CASE("git takes any difference") {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    playground ground;
    auto from = random_files(random);
    auto to = random_files(random);
    auto patch = ground.store().diff(ground.tree_of(from), ground.tree_of(to));
    REQUIRE(patch);
    write(ground.home() / "p.patch", *patch);
    populate(ground.root(), from);
    ground.commit_all();
    if (!patch->empty())
      ground.run("git apply --index ../p.patch");
    fs::remove_all(ground.root() / ".git");
    CHECK(contents(ground.root()) == to);
  }
}

} // namespace cohort::tests::object_store_test
