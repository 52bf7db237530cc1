#include <doctest/doctest.h>

#include "runtime/fixes/apply_fixes.hpp"
#include "tests/runtime/workspace/playground.hpp"
#include "tests/support/fixes.hpp"

namespace cohort::tests::apply_fixes_test {

using namespace cohort::tests;
using cohort::runtime::errc;
using cohort::runtime::fixes::apply_fixes;
using cohort::runtime::fixes::plan_fixes;
using workspace::base_files;
using workspace::refusal;

namespace {

struct bench {
  playground ground;
  base_files read{fs::canonical(ground.root())};
  pb::Scope everything;

  explicit bench(const files& what) {
    populate(ground.root(), what);
  }
};

} // namespace

TEST_CASE("a plan changes nothing, applying does, with modes as they were") {
  bench test{{{"a", "exec:one"}, {"b", "file:two"}, {"c", "file:three"}}};
  std::vector<workspace::proposal> all{
    propose("1", {edit("a", 0, 3, "1"), edit("b", 0, 3, "2")}),
    propose("2", {edit("c", 0, 5, "three")})};
  auto before = contents(test.ground.root());
  auto plan = plan_fixes(all, test.read, test.everything);
  REQUIRE(plan);
  CHECK(contents(test.ground.root()) == before);
  REQUIRE(plan->files.size() == 2); // "c" is as it was.
  CHECK(plan->files[0].path == "a");
  CHECK(plan->files[0].before == "one");
  CHECK(plan->files[0].after == "1");
  auto time = age(test.ground.root() / "c");
  REQUIRE(apply_fixes(all, test.read, test.everything));
  CHECK(contents(test.ground.root())
        == files{{"a", "exec:1"}, {"b", "file:2"}, {"c", "file:three"}});
  CHECK(fs::last_write_time(test.ground.root() / "c") == time);
}

TEST_CASE("the scope and the workspace hold, and bother nobody else") {
  bench test{{{"src/a", "file:x"}, {"lib/b", "file:x"}, {"src/c", "file:x"}}};
  pb::Scope scope;
  scope.add_include("src");
  auto done = apply_fixes(
    {propose("1", {edit("src/a", 0, 1, "y")}),
     propose("2", {edit("src/c", 0, 1, "y"), edit("lib/b", 0, 1, "y")}),
     propose("3", {edit("../store.git", 0, 1, "y")})},
    test.read, scope);
  REQUIRE(done);
  CHECK(done->choice.chosen.size() == 1);
  REQUIRE(done->choice.refused.size() == 2);
  CHECK(done->choice.refused[0].why.why == refusal::outside_workspace);
  CHECK(done->choice.refused[1].why.why == refusal::outside_scope);
  CHECK(
    contents(test.ground.root())
    == files{{"lib/b", "file:x"}, {"src/a", "file:y"}, {"src/c", "file:x"}});
}

TEST_CASE("a file that changed since it was read keeps what it has, and the "
          "choice is made anew") {
  bench test{{{"a", "file:x"}, {"b", "file:x"}, {"c", "file:x"}}};
  for (auto name : {"a", "b", "c"})
    test.read.find(name);
  write(test.ground.root() / "a", "mine");
  auto done
    = apply_fixes({propose("1", {edit("a", 0, 1, "y"), edit("b", 0, 1, "y")}),
                   propose("2", {edit("a", 0, 1, "y"), edit("b", 0, 1, "y")}),
                   propose("3", {edit("b", 0, 1, "z")}),
                   propose("4", {edit("c", 0, 1, "z")})},
                  test.read, test.everything);
  REQUIRE(done);
  CHECK(contents(test.ground.root())
        == files{{"a", "file:mine"}, {"b", "file:z"}, {"c", "file:z"}});
  REQUIRE(done->choice.refused.size() == 1);
  CHECK(done->choice.refused[0].why.why == refusal::stale);
  CHECK(done->choice.refused[0].fix.voters_size() == 2);
}

TEST_CASE("a folder that cannot be written to is an error, and nothing is "
          "left") {
  if (geteuid() == 0) {
    MESSAGE("root may write everywhere");
    return;
  }
  bench test{{{"a", "file:x"}, {"locked/b", "file:x"}}};
  fs::permissions(test.ground.root() / "locked", fs::perms::owner_write,
                  fs::perm_options::remove);
  auto before = contents(test.ground.root());
  auto done = apply_fixes({propose("1", {edit("a", 0, 1, "y")}),
                           propose("2", {edit("locked/b", 0, 1, "y")})},
                          test.read, test.everything);
  fs::permissions(test.ground.root() / "locked", fs::perms::owner_write,
                  fs::perm_options::add);
  REQUIRE(!done);
  CHECK(done.error().code == errc::storage_failed);
  CHECK(contents(test.ground.root()) == before);
}

} // namespace cohort::tests::apply_fixes_test
