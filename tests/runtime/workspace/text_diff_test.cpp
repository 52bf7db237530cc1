#include <doctest/doctest.h>

#include "runtime/workspace/text_diff.hpp"
#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::text_diff_test {

using namespace cohort::tests;
using workspace::text_diff;

TEST_CASE("a difference reads as git's") {
  CHECK(*text_diff("src/a.cc", "one\ntwo\n", "one\n2\n")
        == "diff --git a/src/a.cc b/src/a.cc\n"
           "index 814f4a4..99b356d 100644\n"
           "--- a/src/a.cc\n"
           "+++ b/src/a.cc\n"
           "@@ -1,2 +1,2 @@\n"
           " one\n"
           "-two\n"
           "+2\n");
  CHECK(text_diff("a", "same", "same")->empty());
}

TEST_CASE("git applies what was printed") {
  std::vector<std::pair<std::string, std::string>> pairs{
    {"one\ntwo", "one\nzwei"},
    {"a\r\nb\r\n", "a\r\nc\r\n"},
    {"", "new\n"},
    {"only\n", ""},
    {"caf\xe9\n", "caf\xe9s\n"},
    {std::string(3000, '\n') + "x\n", std::string(2990, '\n') + "x\n"}};
  for (auto& [before, after] : pairs) {
    playground ground;
    write(ground.root() / "a b.cc", before);
    auto text = text_diff("a b.cc", before, after);
    REQUIRE(text);
    write(ground.home() / "patch", *text);
    ground.run("git apply --unsafe-paths ../patch");
    CHECK(read(ground.root() / "a b.cc") == after);
  }
}

} // namespace cohort::tests::text_diff_test
