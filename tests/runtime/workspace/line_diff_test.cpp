#include "runtime/workspace/line_diff.hpp"

#include <random>

#include <doctest/doctest.h>

#include "runtime/workspace/edits.hpp"

namespace cohort::tests::line_diff_test {

using namespace cohort::runtime::workspace;

namespace {

std::vector<pb::Edit> changes(std::string_view before, std::string_view after) {
  auto edits = line_diff("f", before, after);
  REQUIRE(edits.has_value());
  return *edits;
}

} // namespace

TEST_CASE("only the lines that differ are replaced") {
  auto edits = changes("a\nb\nc\nd\n", "a\nx\ny\nc\nd\n");
  REQUIRE(edits.size() == 1);
  CHECK(edits[0].file() == "f");
  CHECK(edits[0].begin() == 2);
  CHECK(edits[0].end() == 4);
  CHECK(edits[0].replacement() == "x\ny\n");
}

TEST_CASE("an insertion replaces nothing, a removal has no text") {
  auto inserted = changes("a\nb\n", "z\na\nb\n");
  REQUIRE(inserted.size() == 1);
  CHECK(inserted[0].begin() == 0);
  CHECK(inserted[0].end() == 0);
  auto removed = changes("a\nb\n", "a\n");
  REQUIRE(removed.size() == 1);
  CHECK(removed[0].begin() == 2);
  CHECK(removed[0].end() == 4);
  CHECK(removed[0].replacement().empty());
  CHECK(changes("a", "a").empty());
}

TEST_CASE("the edits make one text of the other, whatever the texts") {
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    auto text = [&] {
      std::string result;
      for (auto n = random() % 12; n > 0; --n)
        result += "abc\n\r\n\xff\n"[random() % 9];
      return result;
    };
    auto before = text();
    auto after = text();
    auto result = apply_edits(before, changes(before, after));
    REQUIRE(result.has_value());
    CHECK(*result == after);
  }
}

} // namespace cohort::tests::line_diff_test
