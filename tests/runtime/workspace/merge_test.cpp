#include <doctest/doctest.h>

#include <set>

#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::merge_test {

using namespace cohort;
using namespace cohort::tests;

namespace {

struct merged {
  files result;
  std::vector<std::string> conflicts;
};

merged merge(playground& ground, const files& base, const files& ours,
             const files& theirs) {
  auto outcome = ground.store().merge(
    ground.tree_of(base), ground.tree_of(ours), ground.tree_of(theirs));
  if (!outcome)
    throw std::runtime_error{outcome.error().message};
  CHECK(outcome->tree.empty() != outcome->conflicts.empty());
  if (!outcome->conflicts.empty())
    return {{}, outcome->conflicts};
  return {ground.files_of(outcome->tree), {}};
}

/// The merge of `git merge-tree`; empty when it conflicts.
std::string merged_by_git(playground& ground, const workspace::tree_id& base,
                          const workspace::tree_id& ours,
                          const workspace::tree_id& theirs) {
  return ground
    .run(
      ground.store_path(),
      "c() { git -c user.name=u -c user.email=u@h commit-tree -m x \"$@\"; }\n"
      "b=$(c "
        + base + ")\no=$(c " + ours + " -p $b)\nt=$(c " + theirs
        + " -p $b)\n"
          "git merge-tree --write-tree --no-messages $o $t > merged "
          "&& head -c 40 merged || true")
    .substr(0, 40);
}

} // namespace

TEST_CASE("what only one side changed is taken") {
  playground ground;
  auto result = merge(ground,
                      {{"a", "file:1"}, {"b", "file:1"}, {"c", "file:1"}},
                      {{"a", "file:2"}, {"b", "file:1"}, {"c", "file:1"}},
                      {{"a", "file:1"}, {"c", "exec:1"}, {"d/e", "link:a"}});
  CHECK(result.result
        == files{{"a", "file:2"}, {"c", "exec:1"}, {"d/e", "link:a"}});
}

TEST_CASE("the same change on both sides is no conflict") {
  playground ground;
  auto result = merge(ground, {{"a", "file:1"}, {"b", "file:1"}},
                      {{"a", "file:2"}, {"n", "file:n"}, {"x", "file:x"}},
                      {{"a", "file:2"}, {"n", "file:n"}, {"y", "file:y"}});
  CHECK(result.result
        == files{
          {"a", "file:2"}, {"n", "file:n"}, {"x", "file:x"}, {"y", "file:y"}});
}

TEST_CASE("different lines of a file merge, the same lines conflict") {
  playground ground;
  std::string begin = "file:1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  auto first = begin;
  first.replace(5, 1, "one");
  auto last = begin;
  last.replace(21, 1, "nine");
  auto other = begin;
  other.replace(5, 1, "uno");
  CHECK(merge(ground, {{"a", begin}}, {{"a", first}}, {{"a", last}}).result
        == files{{"a", "file:one\n2\n3\n4\n5\n6\n7\n8\nnine\n"}});
  CHECK(merge(ground, {{"z", begin}, {"a", begin}, {"m", begin}},
              {{"z", first}, {"a", first}, {"m", first}},
              {{"z", other}, {"a", other}, {"m", last}})
          .conflicts
        == std::vector<std::string>{"a", "z"});
}

TEST_CASE("a mode and a content of one file merge") {
  playground ground;
  CHECK(merge(ground, {{"a", "file:1"}}, {{"a", "exec:1"}}, {{"a", "file:2"}})
          .result
        == files{{"a", "exec:2"}});
  CHECK(merge(ground, {{"a", "file:1"}}, {{"a", "exec:2"}}, {{"a", "file:2"}})
          .result
        == files{{"a", "exec:2"}});
}

TEST_CASE("what cannot be both is a conflict") {
  playground ground;
  auto conflicts = [&](const files& base, const files& ours,
                       const files& theirs) {
    CHECK(!merge(ground, base, ours, theirs).conflicts.empty());
    CHECK(!merge(ground, base, theirs, ours).conflicts.empty());
  };
  std::string binary{"file:\0x", 7};
  conflicts({{"a", "file:1"}}, {}, {{"a", "file:2"}}); // Removed.
  conflicts({}, {{"a", "file:1"}}, {{"a", "file:2"}}); // Two new.
  conflicts({}, {{"a", "file:1"}}, {{"a", "exec:1"}}); // Two modes.
  conflicts({{"a", "link:1"}}, {{"a", "link:2"}},
            {{"a", "link:3"}}); // Two links.
  conflicts({{"a", "file:1"}}, {{"a", "link:1"}},
            {{"a", "file:2"}}); // Two kinds.
  conflicts({{"a", binary}}, {{"a", binary + "1"}}, {{"a", binary + "2"}});
  conflicts({}, {{"a", "file:1"}}, {{"a/b", "file:2"}}); // File and folder.
  conflicts({{"a", "file:1"}}, {{"a", "file:2"}}, {{"a/b", "file:2"}});
  conflicts({{"a/b", "file:1"}}, {{"a", "file:2"}}, {{"a/b", "file:2"}});
}

TEST_CASE("a folder that becomes a file on one side does so") {
  playground ground;
  files base{{"a/b", "file:1"}, {"c", "file:1"}};
  files ours{{"a/b", "file:1"}, {"c", "file:2"}};
  files theirs{{"a", "file:1"}, {"c", "file:1"}};
  CHECK(merge(ground, base, ours, theirs).result
        == files{{"a", "file:1"}, {"c", "file:2"}});
  CHECK(merge(ground, base, theirs, ours).result
        == files{{"a", "file:1"}, {"c", "file:2"}});
}

TEST_CASE("a merge is what git makes of it, and neither side comes first") {
  auto clean = 0;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    playground ground;
    // Three that share much: each side is the base with some of another.
    auto all = random_files(random);
    auto side = [&] {
      auto result = all;
      for (auto& [path, content] : random_files(random)) {
        auto there = result.find(path);
        if (there != result.end() && random() % 3 == 0)
          result.erase(there);
        else if (there != result.end() || random() % 2 == 0) {
          // Whatever stands in the way goes.
          for (auto it = result.begin(); it != result.end();)
            it = it->first.compare(0, path.size() + 1, path + '/') == 0
                     || path.compare(0, it->first.size() + 1, it->first + '/')
                          == 0
                   ? result.erase(it)
                   : std::next(it);
          result[path] = content;
        }
      }
      return result;
    };
    auto base = ground.tree_of(all);
    auto ours = ground.tree_of(side());
    auto theirs = ground.tree_of(side());
    auto outcome = ground.store().merge(base, ours, theirs);
    auto mirrored = ground.store().merge(base, theirs, ours);
    REQUIRE(outcome);
    REQUIRE(mirrored);
    CHECK(outcome->tree == mirrored->tree);
    CHECK(outcome->conflicts.empty() != outcome->tree.empty());
    if (outcome->tree.empty())
      continue; // git says more about conflicts than yes or no.
    ++clean;
    CHECK(merged_by_git(ground, base, ours, theirs) == outcome->tree);
  }
  CHECK(clean > 10);
}

} // namespace cohort::tests::merge_test
