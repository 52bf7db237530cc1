#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "runtime/workspace/edits.hpp"

namespace cohort::tests::edits_test {

using namespace cohort::runtime;
using namespace cohort::runtime::workspace;

namespace {

pb::Edit edit(uint64_t begin, uint64_t end, std::string text) {
  pb::Edit result;
  result.set_begin(begin);
  result.set_end(end);
  result.set_replacement(std::move(text));
  return result;
}

bool is_same(const pb::Edit& a, const pb::Edit& b) {
  return a.begin() == b.begin() && a.end() == b.end()
         && a.replacement() == b.replacement();
}

/// Byte by byte: `removed` and what is inserted before each. Nothing when two
/// edits want different things of one place.
bool apply_naively(const std::string& content,
                   const std::vector<pb::Edit>& edits, std::string& out) {
  std::vector<int> owner(content.size(), -1);
  std::vector<int> inserts(content.size() + 1, -1);
  for (size_t i = 0; i < edits.size(); ++i) {
    auto& one = edits[i];
    if (one.begin() > one.end() || one.end() > content.size())
      return false;
    auto mine = static_cast<int>(i);
    auto repeats
      = std::any_of(edits.begin(), edits.begin() + mine,
                    [&](auto& other) { return is_same(one, other); });
    if (repeats)
      continue;
    if (one.begin() == one.end()) {
      if (inserts[one.begin()] != -1)
        return false;
      inserts[one.begin()] = mine;
    }
    for (auto k = one.begin(); k < one.end(); ++k) {
      if (owner[k] != -1)
        return false;
      owner[k] = mine;
    }
  }
  out.clear();
  for (size_t i = 0; i <= content.size(); ++i) {
    auto inside = i > 0 && i < content.size() && owner[i] != -1
                  && owner[i] == owner[i - 1];
    if (inserts[i] != -1) {
      if (inside)
        return false;
      out += edits[static_cast<size_t>(inserts[i])].replacement();
    }
    if (i == content.size())
      break;
    if (owner[i] == -1)
      out += content[i];
    else if (!inside)
      out += edits[static_cast<size_t>(owner[i])].replacement();
  }
  return true;
}

} // namespace

TEST_CASE("edits replace, insert and remove") {
  CHECK(*apply_edits("hello", {}) == "hello");
  CHECK(*apply_edits("hello", {edit(0, 1, "J"), edit(5, 5, "!")}) == "Jello!");
  CHECK(*apply_edits("hello", {edit(1, 4, "")}) == "ho");
  CHECK(*apply_edits("", {edit(0, 0, "x")}) == "x");
  CHECK(*apply_edits("ab", {edit(0, 2, "c"), edit(0, 0, "("), edit(2, 2, ")")})
        == "(c)");
  CHECK(*apply_edits(std::string_view{"a\0b", 3}, {edit(1, 2, "-")}) == "a-b");
}

TEST_CASE("edits that leave the file are refused and named") {
  for (auto& bad : {edit(0, 6, ""), edit(6, 6, ""), edit(3, 2, ""),
                    edit(UINT64_MAX, UINT64_MAX, "x"), edit(0, UINT64_MAX, "x"),
                    edit(UINT64_MAX, 0, "x")}) {
    auto result = apply_edits("hello", {edit(0, 1, "J"), bad});
    REQUIRE(!result);
    CHECK(result.error().code == errc::invalid_request);
    CHECK(result.error().message.find(std::to_string(bad.begin()))
          != std::string::npos);
  }
}

TEST_CASE("edits that overlap are refused, identical ones count once") {
  CHECK(!apply_edits("hello", {edit(0, 3, "a"), edit(2, 4, "b")}));
  CHECK(!apply_edits("hello", {edit(0, 3, "a"), edit(0, 3, "b")}));
  CHECK(!apply_edits("hello", {edit(0, 3, "a"), edit(1, 1, "b")}));
  CHECK(!apply_edits("hello", {edit(2, 2, "a"), edit(2, 2, "b")}));
  CHECK(
    !apply_edits("hello", {edit(2, 2, "a"), edit(2, 4, ""), edit(2, 2, "b")}));
  CHECK(*apply_edits("hello", {edit(2, 2, "a"), edit(2, 2, "a")}) == "heallo");
  CHECK(*apply_edits("hello", {edit(0, 3, "a"), edit(0, 3, "a")}) == "alo");
}

TEST_CASE("edits do what a naive reading says, in any order") {
  for (uint32_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    auto below = [&](size_t n) { return random() % n; };
    std::string content;
    for (auto n = below(12); n > 0; --n)
      content += static_cast<char>('a' + below(26));
    std::vector<pb::Edit> edits;
    for (auto n = below(5); n > 0; --n) {
      auto begin = below(content.size() + 1);
      auto end = begin + below(content.size() - begin + 1 + below(20) / 19);
      const char* texts[] = {"", "X", "YY"};
      edits.push_back(edit(begin, end, texts[below(3)]));
      if (below(8) == 0)
        edits.push_back(edits.front());
    }
    std::string wanted;
    auto possible = apply_naively(content, edits, wanted);
    for (int i = 0; i < 4; ++i) {
      auto result = apply_edits(content, edits);
      CHECK(result.has_value() == possible);
      if (result && possible)
        CHECK(*result == wanted);
      std::shuffle(edits.begin(), edits.end(), random);
    }
    if (edits.size() == 2 && edits[0].end() <= content.size()
        && edits[1].end() <= content.size()) {
      CHECK(conflicts(edits[0], edits[1]) == !possible);
      CHECK(conflicts(edits[1], edits[0]) == !possible);
    }
  }
}

/// Quadratic, it would take minutes, which is more than ctest gives it.
TEST_CASE("a hundred thousand edits take linear time") {
  std::string content(1000000, 'x');
  std::vector<pb::Edit> edits;
  for (uint64_t i = 0; i < 100000; ++i)
    edits.push_back(edit(i * 10, i * 10 + 1, "yyy"));
  std::reverse(edits.begin(), edits.end());
  auto result = apply_edits(content, edits);
  REQUIRE(result);
  CHECK(result->size() == 1200000);
}

TEST_CASE("lines and columns become offsets") {
  line_index index{"ab\ncd\r\n\nlast"};
  CHECK(index.lines() == 4);
  CHECK(*index.offset(1, 1) == 0);
  CHECK(*index.offset(1, 3) == 2);
  CHECK(*index.offset(1, 99) == 2);
  CHECK(*index.offset(1, 0) == 0);
  CHECK(*index.offset(1, UINT32_MAX) == 2);
  CHECK(*index.offset(2, 1) == 3);
  CHECK(*index.offset(2, 3) == 5);
  CHECK(*index.offset(2, 4) == 5);
  CHECK(*index.offset(3, 5) == 7);
  CHECK(*index.offset(4, 5) == 12);
  CHECK(*index.offset(4, 50) == 12);
  CHECK(index.offset(0, 1).error().code == errc::invalid_request);
  CHECK(index.offset(5, 1).error().code == errc::invalid_request);
}

TEST_CASE(
  "the last line may be empty, and end in a carriage return of its own") {
  CHECK(line_index{""}.lines() == 1);
  CHECK(*line_index{""}.offset(1, 7) == 0);
  CHECK(line_index{"a\n"}.lines() == 2);
  CHECK(*line_index{"a\n"}.offset(2, 1) == 2);
  CHECK(*line_index{"a\r"}.offset(1, 9) == 2);
  CHECK(*line_index{"\r\n"}.offset(1, 9) == 0);
  CHECK(*line_index{"\n\r\n"}.offset(2, 9) == 1);
}

TEST_CASE("offsets become lines, and back") {
  std::string content = "one\r\ntwo\n\nfour";
  line_index index{content};
  CHECK(index.line_of(0) == 1);
  CHECK(index.line_of(4) == 1);
  CHECK(index.line_of(5) == 2);
  CHECK(index.line_of(9) == 3);
  CHECK(index.line_of(10) == 4);
  CHECK(index.line_of(10000) == 4);
  for (uint32_t line = 1; line <= index.lines(); ++line)
    CHECK(index.line_of(*index.offset(line, 1)) == line);
}

TEST_CASE("one line of 50 MB is no trouble") {
  std::string content(50U << 20, 'x');
  line_index index{content};
  CHECK(index.lines() == 1);
  CHECK(*index.offset(1, 40U << 20) == (40U << 20) - 1);
  CHECK(index.line_of(40U << 20) == 1);
  CHECK(apply_edits(content, {edit(20U << 20, 20U << 20, "y")})->size()
        == content.size() + 1);
}

} // namespace cohort::tests::edits_test
