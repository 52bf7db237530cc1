#include <doctest/doctest.h>

#include "runtime/workspace/slot.hpp"
#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::slot_test {

using namespace cohort;
using namespace cohort::tests;
using runtime::errc;
using workspace::object_store;
using workspace::slot;

namespace {

slot make_slot(playground& ground) {
  ground.store();
  return {ground.home() / "slot",
          std::move(*object_store::open(ground.store_path()))};
}

} // namespace

TEST_CASE("a slot holds the tree that it was brought to") {
  playground ground;
  files one{{"a", "file:1"}, {"b/c", "file:1"}};
  files two{{"a", "file:1"}, {"b", "link:a"}};
  auto first = ground.tree_of(one);
  auto second = ground.tree_of(two);
  auto mine = make_slot(ground);
  CHECK(mine.current().empty());
  REQUIRE(mine.bring_to(first));
  CHECK(mine.current() == first);
  CHECK(contents(mine.tree_folder()) == one);
  REQUIRE(mine.bring_to(second));
  CHECK(contents(mine.tree_folder()) == two);
  CHECK(mine.build_folder() != mine.tree_folder());
}

TEST_CASE("the build folder survives every move") {
  playground ground;
  auto mine = make_slot(ground);
  write(mine.build_folder() / "a.o", "object");
  REQUIRE(mine.bring_to(ground.tree_of({{"a", "file:1"}})));
  REQUIRE(mine.bring_to(ground.tree_of({})));
  CHECK(read(mine.build_folder() / "a.o") == "object");
}

TEST_CASE("capture holds the edits, and bring_to takes them back") {
  playground ground;
  files begin{{"a", "file:1"}, {"b", "file:2"}, {"gone", "file:3"}};
  auto tree = ground.tree_of(begin);
  auto mine = make_slot(ground);
  CHECK(mine.capture().error().code == errc::internal);
  REQUIRE(mine.bring_to(tree));
  CHECK(*mine.capture() == tree);
  write(mine.tree_folder() / "a", "edited");
  mine.touched("a");
  write(mine.tree_folder() / "new/file", "n");
  mine.touched("new/file");
  fs::remove(mine.tree_folder() / "gone");
  mine.touched("gone");
  mine.touched("b"); // Touched, but the same.
  auto edited = mine.capture();
  REQUIRE(edited);
  CHECK(
    ground.files_of(*edited)
    == files{{"a", "file:edited"}, {"b", "file:2"}, {"new/file", "file:n"}});
  CHECK(mine.current() == tree);
  auto time = age(mine.tree_folder() / "b");
  REQUIRE(mine.bring_to(tree));
  CHECK(contents(mine.tree_folder()) == begin);
  CHECK(fs::last_write_time(mine.tree_folder() / "b") == time);
  CHECK(*mine.capture() == tree);
}

TEST_CASE("a move to what the edits made writes nothing") {
  playground ground;
  auto mine = make_slot(ground);
  REQUIRE(mine.bring_to(ground.tree_of({{"a", "file:1"}})));
  write(mine.tree_folder() / "a", "2");
  mine.touched("a");
  auto time = age(mine.tree_folder() / "a");
  auto edited = *mine.capture();
  REQUIRE(mine.bring_to(edited));
  CHECK(mine.current() == edited);
  CHECK(fs::last_write_time(mine.tree_folder() / "a") == time);
}

TEST_CASE("changes that nobody reported are found after invalidate") {
  playground ground;
  files begin{{"a", "file:1"}, {"b", "file:2"}};
  auto tree = ground.tree_of(begin);
  auto mine = make_slot(ground);
  REQUIRE(mine.bring_to(tree));
  write(mine.tree_folder() / "a", "x");
  write(mine.tree_folder() / "litter", "x");
  mine.invalidate();
  CHECK(mine.current().empty());
  REQUIRE(mine.bring_to(tree));
  CHECK(contents(mine.tree_folder()) == begin);
}

TEST_CASE("a worktree that was turned upside down is put right") {
  playground ground;
  files begin{{"a/x", "file:1"}, {"a/y", "file:2"}, {"b", "file:3"}};
  auto tree = ground.tree_of(begin);
  auto mine = make_slot(ground);
  REQUIRE(mine.bring_to(tree));
  write(ground.home() / "outside/x", "precious");
  fs::remove_all(mine.tree_folder() / "a");
  fs::create_symlink(ground.home() / "outside", mine.tree_folder() / "a");
  fs::remove(mine.tree_folder() / "b");
  write(mine.tree_folder() / "b/inside", "x");
  mine.touched("a/x");
  mine.touched("b");
  mine.touched("../outside/x"); // No edit of this worktree: all is compared.
  CHECK(!mine.capture());
  REQUIRE(mine.bring_to(tree));
  CHECK(contents(mine.tree_folder()) == begin);
  CHECK(read(ground.home() / "outside/x") == "precious");
}

TEST_CASE("after an error a slot knows nothing, and recovers") {
  playground ground;
  files begin{{"a", "file:1"}};
  auto tree = ground.tree_of(begin);
  auto mine = make_slot(ground);
  REQUIRE(mine.bring_to(tree));
  CHECK(!mine.bring_to("0000000000000000000000000000000000000001"));
  CHECK(mine.current().empty());
  REQUIRE(mine.bring_to(tree));
  CHECK(contents(mine.tree_folder()) == begin);
}

} // namespace cohort::tests::slot_test
