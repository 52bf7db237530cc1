#include <doctest/doctest.h>

#include <random>

#include "runtime/workspace/text_diff.hpp"
#include "tests/runtime/fixes/reading.hpp"

namespace cohort::tests::unified_diff_test {

using namespace cohort::tests;
using fixes::read_unified_diff;

namespace {

std::string lines(const std::vector<std::string>& all) {
  std::string result;
  for (auto& line : all)
    result += line + '\n';
  return result;
}

const std::string ten
  = lines({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"});

/// A plain diff of "f" with times, as diff -u writes it.
std::string diff_u(const std::string& hunks) {
  return "--- f\t2024-01-01 00:00:00\n+++ f\t2024-01-01 00:00:01\n" + hunks;
}

} // namespace

TEST_CASE("git's diffs and plain ones apply, as one fix over many files") {
  small_workspace files{{{"f", ten}, {"src/g", "a\nb\n"}}};
  auto git = read_unified_diff(
    "A message before.\n"
    "diff --git a/f b/f\nindex 1234567..89abcde 100644\n--- a/f\n+++ b/f\n"
    "@@ -1,3 +1,3 @@ int main() {\n 1\n-2\n+two\n 3\n"
    "@@ -8,3 +8,4 @@\n 8\n+8.5\n 9\n 10\n"
    "diff --git a/src/g b/src/g\n--- a/src/g\n+++ b/src/g\n"
    "@@ -1,2 +1,1 @@\n-a\n b\n-- \n2.39.5\n",
    "x.patch", files.lookup());
  REQUIRE(git);
  REQUIRE(git->size() == 1);
  CHECK((*git)[0].fix.voters(0) == "diff x.patch");
  CHECK(files.after("f", *git)
        == lines({"1", "two", "3", "4", "5", "6", "7", "8", "8.5", "9", "10"}));
  CHECK(files.after("src/g", *git) == "b\n");
  auto plain = read_unified_diff(diff_u("@@ -2 +2 @@\n-2\n+two\n"), "x.patch",
                                 files.lookup());
  REQUIRE(plain);
  CHECK(files.after("f", *plain).starts_with("1\ntwo\n3\n"));
}

TEST_CASE("each hunk that GCC generates is a fix, as narrow as its fix-it") {
  small_workspace files{{{"g.cc", "struct S { int length; };\n"
                                  "int f(S& s) { return s.lenght; }\n"}}};
  // g++ 12 -fdiagnostics-generate-patch, with all it printed.
  auto read = read_unified_diff(
    "g.cc: In function ...\n"
    "g.cc:2:24: error: 'struct S' has no member named 'lenght'; did you mean "
    "'length'?\n"
    "    2 | int f(S& s) { return s.lenght; }\n"
    "      |                        ^~~~~~\n"
    "--- g.cc\n+++ g.cc\n@@ -1,2 +1,2 @@\n struct S { int length; };\n"
    "-int f(S& s) { return s.lenght; }\n+int f(S& s) { return s.length; }\n",
    "log", files.lookup());
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  auto& edit = (*read)[0].fix.edits(0);
  CHECK((*read)[0].fix.voters(0) == "gcc log");
  CHECK(edit.begin() == 53);
  CHECK(edit.end() == 55);
  CHECK(edit.replacement() == "th");
}

TEST_CASE("a hunk may have moved, and takes the next one along") {
  std::vector<std::string> moved{"new", "new"};
  for (int i = 1; i <= 10; ++i)
    moved.push_back(std::to_string(i));
  small_workspace files{{{"f", lines(moved)}}};
  auto read = read_unified_diff(
    diff_u(
      "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n@@ -9,2 +9,2 @@\n 9\n-10\n+ten\n"),
    "x.patch", files.lookup());
  REQUIRE(read);
  CHECK(
    files.after("f", *read).ends_with("1\ntwo\n3\n4\n5\n6\n7\n8\n9\nten\n"));
}

TEST_CASE("a hunk that does not fit is refused, and says which") {
  auto refused = [](const std::string& content, const std::string& hunks) {
    small_workspace files{{{"f", content}}};
    return why_refused(
      read_unified_diff(diff_u(hunks), "x.patch", files.lookup()));
  };
  const std::string third = "@@ -3,2 +3,2 @@\n a\n-3\n+three\n";
  SUBCASE("its context is another") {
    CHECK(refused(ten, "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n x\n")
          == refusal::misplaced);
  }
  SUBCASE("it is too far away") {
    CHECK(refused(std::string(202, '\n') + ten, "@@ -1,2 +1,2 @@\n 1\n-2\n+x\n")
          == refusal::misplaced);
    CHECK(
      !refused(std::string(200, '\n') + ten, "@@ -1,2 +1,2 @@\n 1\n-2\n+x\n"));
  }
  SUBCASE("two places are as near") {
    CHECK(refused("a\n3\n\n\na\n3\n", third) == refusal::ambiguous);
    CHECK(!refused("a\n3\n\na\n3\n", third)); // The second is nearer.
  }
  SUBCASE("without context it has to be at its place") {
    CHECK(refused(ten, "@@ -3 +3 @@\n-4\n+four\n") == refusal::misplaced);
    CHECK(!refused(ten, "@@ -4 +4 @@\n-4\n+four\n"));
    CHECK(refused(ten, "@@ -4,0 +5 @@\n+4.5\n") == refusal::misplaced);
  }
  SUBCASE("hunks go forward") {
    CHECK(refused(ten,
                  "@@ -5,2 +5,2 @@\n 5\n-6\n+six\n@@ -1,2 +1,2 @@\n 1\n-2\n"
                  "+two\n")
          == refusal::misplaced);
  }
  SUBCASE("places that no file has") {
    CHECK(refused(ten, "@@ -18446744073709551615 +1 @@\n-1\n+one\n")
          == refusal::misplaced);
    CHECK(refused(ten, "@@ -0,1 +0,1 @@\n-1\n+one\n") == refusal::misplaced);
  }
}

TEST_CASE("the end of the last line counts") {
  small_workspace files{{{"f", "a\nb"}, {"empty", ""}}};
  auto read = read_unified_diff(
    diff_u("@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n"),
    "x.patch", files.lookup());
  REQUIRE(read);
  CHECK(files.after("f", *read) == "a\nb\nc\n");
  CHECK(why_refused(read_unified_diff(diff_u("@@ -1,2 +1,2 @@\n a\n-b\n+c\n"),
                                      "x.patch", files.lookup()))
        == refusal::misplaced);
  auto first = read_unified_diff("--- empty\n+++ empty\n@@ -0,0 +1 @@\n+x\n",
                                 "x.patch", files.lookup());
  REQUIRE(first);
  CHECK(files.after("empty", *first) == "x\n");
}

TEST_CASE("files are not made, removed or renamed") {
  auto why = [](const std::string& text) {
    small_workspace files{{{"f", ten}, {"g", ten}}};
    return why_refused(read_unified_diff(text, "x.patch", files.lookup()));
  };
  CHECK(why("--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n")
        == refusal::unusable_file);
  CHECK(why("diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n"
            "+++ /dev/null\n@@ -1 +0,0 @@\n-1\n")
        == refusal::unusable_file);
  CHECK(why("diff --git a/f b/h\nsimilarity index 100%\nrename from f\n"
            "rename to h\n")
        == refusal::unusable_file);
  CHECK(why("diff --git a/f b/f\nold mode 100644\nnew mode 100755\n")
        == refusal::unusable_file);
  CHECK(why("--- none\n+++ none\n@@ -1 +1 @@\n-1\n+x\n")
        == refusal::unusable_file);
}

TEST_CASE("names: with folders in front, in quotes, with blanks") {
  small_workspace files{{{"a/f", ten}, {"caf\xc3\xa9 x", ten}, {"g", ten}}};
  const std::string hunk = "@@ -1,2 +1,2 @@\n-1\n+one\n 2\n";
  auto changed = [&](const std::string& old_name, const std::string& new_name,
                     const std::string& path) {
    auto read
      = read_unified_diff("--- " + old_name + "\n+++ " + new_name + '\n' + hunk,
                          "x.patch", files.lookup());
    return read && files.after(path, *read).starts_with("one\n");
  };
  CHECK(changed("a/f", "a/f", "a/f"));
  CHECK(changed("a/a/f", "b/a/f", "a/f"));
  CHECK(
    changed("\"a/caf\\303\\251 x\"", "\"b/caf\\303\\251 x\"", "caf\xc3\xa9 x"));
  CHECK(changed("g.orig\t2024", "g\t2024", "g"));
  CHECK(changed("/ws/g", "/ws/g", "g"));
}

TEST_CASE("a diff that is cut off or garbled is named with its line") {
  small_workspace files{{{"f", ten}}};
  auto refuse = [&](const std::string& text, const std::string& says) {
    CAPTURE(text);
    auto read = read_unified_diff(text, "x.patch", files.lookup());
    REQUIRE(!read);
    CHECK(read.error().message.find(says) != std::string::npos);
  };
  refuse(diff_u("@@ -1,3 +1,3 @@\n 1\n-2\n"), "x.patch:6: the hunk of line 3");
  refuse(diff_u("@@ -1,3 +1,3 @@\n 1\n*2\n+x\n"), "x.patch:5");
  refuse(diff_u("@@ -1,1 +1,1 @@\n 1\n@@ -x +2 @@\n"), "x.patch:5");
  refuse(diff_u("@@ -1,1 +99999999999999999999 @@\n 1\n"), "x.patch:3");
  refuse(diff_u("@@ -1,99999999999 +1 @@\n 1\n"), "x.patch:5");
  refuse("@@ -1 +1 @@\n-1\n+one\n", "x.patch:1: a hunk without a file");
}

TEST_CASE("what git writes about random changes reads back to them") {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    auto text = [&] {
      std::string result;
      for (auto n = random() % 30; n > 0; --n)
        result += std::string(1, static_cast<char>('a' + random() % 3))
                  + (random() % 5 == 0 ? "\r\n" : "\n");
      if (!result.empty() && random() % 3 == 0)
        result.pop_back();
      return result;
    };
    auto before = text();
    auto after = random() % 2 == 0 ? text() : before + text();
    small_workspace files{{{"f", before}}};
    auto diff = workspace::text_diff("f", before, after);
    REQUIRE(diff);
    auto read = read_unified_diff(*diff, "x.patch", files.lookup());
    REQUIRE(read);
    CHECK(files.after("f", *read) == after);
  }
}

} // namespace cohort::tests::unified_diff_test
