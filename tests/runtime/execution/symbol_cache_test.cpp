#include "runtime/execution/symbol_cache.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::symbol_cache_test {

using namespace cohort::runtime;

namespace {

/// Counts the names that ctags is given.
class counting final : public process::runner {
public:
  void start(process::command what, std::stop_token stop,
             completion done) override {
    names += static_cast<size_t>(
      std::count(what.input.begin(), what.input.end(), '\n'));
    processes().start(std::move(what), std::move(stop), std::move(done));
  }

  size_t names = 0;
};

struct fixture {
  small_project project{{{"a.h", "struct first {};\n"},
                         {"b.cpp", "int second();\n"},
                         {"notes.txt", "struct third {};\n"}}};
  execution::symbol_cache cache;
  counting in_slot;
  counting in_scratch;
  std::filesystem::path scratch = project.folder() / "scratch";

  execution::symbol_cache::handle get(const std::string& tree) {
    return value_of(
      cache.get(tree, project.slot(), scratch, {}, in_slot, in_scratch, {}));
  }

  void write(const std::string& name, const std::string& text) {
    write_file(project.slot().tree_folder() / name, text);
    project.slot().touched(name);
  }
};

bool has(const execution::symbol_cache::handle& index, const char* name) {
  return !index->find(name).empty();
}

} // namespace

TEST_CASE("an index is made once for a tree, and for the next one only what "
          "changed is read") {
  fixture world;
  auto first = value_of(world.project.slot().capture());
  auto index = world.get(first);
  CHECK(has(index, "first"));
  CHECK(has(index, "second"));
  CHECK_FALSE(has(index, "third"));
  CHECK(world.in_slot.names == 2);
  CHECK(world.get(first) == index);
  CHECK(world.in_slot.names == 2);

  world.write("b.cpp", "int fourth();\n");
  auto second = value_of(world.project.slot().capture());
  auto next = world.get(second);
  CHECK(world.in_slot.names == 3);
  CHECK(has(next, "fourth"));
  CHECK(has(next, "first"));
  CHECK_FALSE(has(next, "second"));
  // The one before is still known.
  CHECK(world.get(first) == index);
  CHECK(world.in_slot.names == 3);
  CHECK(world.in_scratch.names == 0);
}

TEST_CASE("what was edited since does not count, whoever asks first") {
  fixture world;
  auto tree = value_of(world.project.slot().capture());
  world.write("a.h", "struct edited {};\n");
  world.write("new.h", "struct made {};\n");
  auto index = world.get(tree);
  CHECK(has(index, "first"));
  CHECK(has(index, "second"));
  CHECK_FALSE(has(index, "edited"));
  CHECK_FALSE(has(index, "made"));
  CHECK(world.in_scratch.names == 1);
  CHECK_FALSE(std::filesystem::exists(world.scratch));
  CHECK(read_file(world.project.slot().tree_folder() / "a.h")
        == "struct edited {};\n");
}

} // namespace cohort::tests::symbol_cache_test
