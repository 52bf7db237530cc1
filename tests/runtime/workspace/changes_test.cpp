#include "runtime/workspace/changes.hpp"

#include <doctest/doctest.h>

#include <random>

#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::changes_test {

using namespace cohort;
using namespace cohort::tests;
using runtime::errc;
using namespace workspace;

namespace {

using ranges = std::vector<std::pair<uint32_t, uint32_t>>;

ranges lines_of(const pb::ChangedFile& file) {
  ranges result;
  for (auto& lines : file.lines())
    result.emplace_back(lines.first(), lines.last());
  return result;
}

pb::FilePart part(const std::string& file,
                  const std::vector<uint32_t>& changes) {
  pb::FilePart result;
  result.set_file(file);
  result.mutable_changes()->Add(changes.begin(), changes.end());
  return result;
}

const std::string ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
const std::string edited = "1\nzwei\n3\n5\n6\n7\n7b\n7c\n8\n9\nzehn";

} // namespace

TEST_CASE("each change has its lines, a removal the place where it was") {
  playground ground;
  auto base = ground.tree_of({{"a", "file:" + ten}, {"same", "file:x"}});
  auto tree = ground.tree_of({{"a", "file:" + edited}, {"same", "file:x"}});
  auto changed = describe_changes(ground.store(), base, tree);
  REQUIRE(changed);
  REQUIRE(changed->size() == 1);
  auto& file = changed->front();
  CHECK(file.file() == "a");
  CHECK(file.changes() == 4);
  CHECK(lines_of(file) == ranges{{2, 2}, {4, 3}, {7, 8}, {11, 11}});
}

TEST_CASE("what is new, gone, binary or only executable is one change") {
  playground ground;
  auto binary = std::string("a\0b\n", 4);
  auto base = ground.tree_of(
    {{"bin", "file:" + binary}, {"gone", "file:1\n2\n"}, {"mode", "file:1\n"}});
  auto tree = ground.tree_of({{"bin", "file:" + binary + binary},
                              {"mode", "exec:1\n"},
                              {"new", "file:1\n2\n"}});
  auto changed = describe_changes(ground.store(), base, tree);
  REQUIRE(changed);
  REQUIRE(changed->size() == 4);
  for (auto& file : *changed) {
    CHECK(file.changes() == 1);
    CHECK(lines_of(file) == (file.file() == "new" ? ranges{{1, 2}} : ranges{}));
  }
}

TEST_CASE("single changes are taken back, and nothing else") {
  playground ground;
  auto base = ground.tree_of({{"a", "exec:" + ten}, {"b", "file:1\n"}});
  auto tree = ground.tree_of({{"a", "exec:" + edited}, {"b", "file:2\n"}});
  auto& store = ground.store();
  auto without = [&](const std::vector<uint32_t>& changes) {
    auto result = take_back(store, base, tree, {}, {part("a", changes)});
    REQUIRE(result);
    CHECK(*store.read_file(*result, "b") == "2\n");
    return *store.read_file(*result, "a");
  };
  CHECK(without({0}) == "1\n2\n3\n5\n6\n7\n7b\n7c\n8\n9\nzehn");
  CHECK(without({1, 3}) == "1\nzwei\n3\n4\n5\n6\n7\n7b\n7c\n8\n9\n10\n");
  CHECK(without({0, 1, 2, 3}) == ten);
  CHECK(without({}) == edited);
  auto all = take_back(store, base, tree, {"a", "b"},
                       {part("a", {0}), part("b", {0})});
  REQUIRE(all);
  CHECK(*all == base);
}

TEST_CASE("whole files are taken back with what they are") {
  playground ground;
  auto base = ground.tree_of({{"gone", "exec:1\n"}, {"x", "file:x"}});
  auto tree = ground.tree_of({{"new", "file:1\n"}, {"x", "file:x"}});
  auto& store = ground.store();
  auto back = take_back(store, base, tree, {},
                        {part("gone", {0}), part("new", {0})});
  REQUIRE(back);
  CHECK(*back == base);
}

TEST_CASE("a change that there is not is refused by name") {
  playground ground;
  auto base = ground.tree_of({{"a", "file:1\n"}});
  auto tree = ground.tree_of({{"a", "file:2\n"}});
  auto refused = take_back(ground.store(), base, tree, {}, {part("a", {1})});
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::invalid_request);
  CHECK(refused.error().message == "a has 1 changes, and no number 1");
}

TEST_CASE("any split of random changes: taking back one part and then the "
          "other leaves the base") {
  std::mt19937 random{5};
  playground ground;
  auto& store = ground.store();
  auto text = [&](size_t lines) {
    std::string result;
    for (size_t i = 0; i < lines; ++i)
      result += std::to_string(random() % 4) + (random() % 20 ? "\n" : "");
    return result;
  };
  for (auto play = 0; play < 100; ++play) {
    auto before = text(random() % 30);
    auto after = text(random() % 30);
    if (before == after)
      continue;
    auto base = ground.tree_of({{"a", "file:" + before}});
    auto tree = ground.tree_of({{"a", "file:" + after}});
    auto changed = describe_changes(store, base, tree);
    REQUIRE(changed);
    std::vector<uint32_t> out;
    for (uint32_t i = 0; i < changed->front().changes(); ++i)
      if (random() % 2 == 0)
        out.push_back(i);
    auto some = take_back(store, base, tree, {}, {part("a", out)});
    REQUIRE(some);
    auto rest = describe_changes(store, base, *some);
    REQUIRE(rest);
    std::vector<uint32_t> others;
    if (!rest->empty())
      for (uint32_t i = 0; i < rest->front().changes(); ++i)
        others.push_back(i);
    auto none = take_back(store, base, *some, {}, {part("a", others)});
    REQUIRE(none);
    CHECK(*none == base);
  }
}

} // namespace cohort::tests::changes_test
