#include <doctest/doctest.h>

#include "tests/runtime/fixes/reading.hpp"

namespace cohort::tests::read_fixes_test {

using namespace cohort::tests;
using fixes::read_fixes;

TEST_CASE("a text's format is known by its content") {
  small_workspace files{{{"f", "x\n"}}};
  auto tool = [&](const std::string& text) {
    auto read = read_fixes(text, "input", files.lookup());
    REQUIRE(read);
    REQUIRE(read->size() == 1);
    return (*read)[0].fix.voters(0);
  };
  const std::string yaml
    = "Replacements:\n  - {FilePath: f, Offset: 0, Length: "
      "1, ReplacementText: \"\\n--- \"}\n";
  CHECK(tool(yaml) == "clang-tidy input");
  CHECK(tool("\n---\nMainSourceFile: f\n" + yaml) == "clang-tidy f");
  CHECK(tool(R"( {"runs":[{"results":[{"fixes":[{"artifactChanges":[)"
             R"({"artifactLocation":{"uri":"f"},"replacements":[{}]}]}]}]}]})")
        == "input");
  CHECK(tool("f\n<<<<<<< SEARCH\nx\n=======\n--- \n>>>>>>> REPLACE\n")
        == "agent input");
  CHECK(tool("text\n--- f\t1\n+++ f\t2\n@@ -1 +1 @@\n-x\n+y\n")
        == "diff input");
}

TEST_CASE("an empty text has no fixes, an unknown one is an error") {
  small_workspace files{{}};
  for (auto text : {"", "\n \n", "---\n...\n"})
    CHECK(read_fixes(text, "input", files.lookup())->empty());
  for (auto& text : {std::string{"int main() {}\n"}, std::string{"a: b\n"},
                     std::string{"f\nx\0y", 5},
                     std::string{"\x7f"
                                 "ELF"}}) {
    auto read = read_fixes(text, "input", files.lookup());
    REQUIRE(!read);
    CHECK(read.error().message.starts_with("input:"));
  }
}

} // namespace cohort::tests::read_fixes_test
