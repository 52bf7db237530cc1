#include <doctest/doctest.h>

#include "tests/runtime/fixes/reading.hpp"

namespace cohort::tests::search_replace_test {

using namespace cohort::tests;
using fixes::read_search_replace;

namespace {

std::string block(const std::string& search, const std::string& replace) {
  return "<<<<<<< SEARCH\n" + search + "=======\n" + replace
         + ">>>>>>> REPLACE\n";
}

} // namespace

TEST_CASE("all blocks of an answer are one fix") {
  small_workspace files{
    {{"src/a.cc", "int a;\nint b;\nint c;\n"}, {"b.cc", "x\n"}}};
  auto read = read_search_replace(
    "Here is what I changed.\n\nsrc/a.cc\n```cpp\n"
      + block("int a;\n", "long a;\n") + "```\n\n" + block("int c;\n", "")
      + "\nand in **`b.cc`**:\n\n### `b.cc`:\n```\n" + block("x\n", "x\ny\n")
      + "```\n",
    "answer.md", files.lookup());
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  CHECK((*read)[0].fix.voters(0) == "agent answer.md");
  CHECK(files.after("src/a.cc", *read) == "long a;\nint b;\n");
  CHECK(files.after("b.cc", *read) == "x\ny\n");
}

TEST_CASE("the lines must be there exactly once, and whole") {
  auto why = [](const std::string& content, const std::string& search) {
    small_workspace files{{{"f", content}}};
    return why_refused(
      read_search_replace("f\n" + block(search, "new\n"), "x", files.lookup()));
  };
  CHECK(!why("a\nb\n", "b\n"));
  CHECK(why("a\nb\n", "c\n") == refusal::misplaced);
  CHECK(why("b\na\nb\n", "b\n") == refusal::ambiguous);
  CHECK(why("b\nb\nb\n", "b\nb\n") == refusal::ambiguous);
  CHECK(why("ab\n", "b\n") == refusal::misplaced);
  CHECK(why("ba\n", "b\n") == refusal::misplaced);
  CHECK(why("a\n", "") == refusal::misplaced);
  CHECK(why("", "a\n") == refusal::misplaced);
}

TEST_CASE("a file that is not there refuses the answer") {
  small_workspace files{{{"f", "a\n"}}};
  CHECK(why_refused(read_search_replace("f\n" + block("a\n", "b\n") + "../g\n"
                                          + block("a\n", "b\n"),
                                        "x", files.lookup()))
        == refusal::unusable_file);
}

TEST_CASE("ends of lines stay as the file has them") {
  small_workspace files{{{"dos", "a\r\nb\r\n"}, {"open", "a\nb"}}};
  auto dos = read_search_replace("dos\n" + block("b\n", "c\nd\n"), "x",
                                 files.lookup());
  REQUIRE(dos);
  CHECK(files.after("dos", *dos) == "a\r\nc\r\nd\r\n");
  auto open = read_search_replace("open\n" + block("b\n", "c\n"), "x",
                                  files.lookup());
  REQUIRE(open);
  CHECK(files.after("open", *open) == "a\nc");
}

TEST_CASE("an answer that is cut off is named with its line") {
  small_workspace files{{{"f", "a\n"}}};
  for (auto& text : {std::string{"f\n<<<<<<< SEARCH\na\n"},
                     std::string{"f\n<<<<<<< SEARCH\na\n=======\nb\n"},
                     "f\n<<<<<<< SEARCH\na\n" + block("a\n", "b\n")}) {
    auto read = read_search_replace(text, "x", files.lookup());
    REQUIRE(!read);
    CHECK(read.error().message.find("x:2: ") != std::string::npos);
  }
  auto nameless = read_search_replace(block("a\n", "b\n"), "x", files.lookup());
  REQUIRE(!nameless);
  CHECK(nameless.error().message.find("x:1: ") != std::string::npos);
}

} // namespace cohort::tests::search_replace_test
