#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "runtime/toolchain/shell_words.hpp"

namespace cohort::tests::shell_words_test {

using namespace cohort::runtime::toolchain;

using words = std::vector<std::string>;

TEST_CASE("words are parted by blanks of any number and kind") {
  CHECK(shell_words("  g++\t-c \n a.cc ") == words{"g++", "-c", "a.cc"});
  CHECK(shell_words("").empty());
  CHECK(shell_words(" \n").empty());
}

TEST_CASE("quotes keep blanks, and may stand inside a word") {
  CHECK(shell_words(R"(-DA="b c" '-Dd="e f"' "")")
        == words{"-DA=b c", R"(-Dd="e f")", ""});
}

TEST_CASE(
  "a backslash keeps the next character, but not within single quotes") {
  CHECK(shell_words(R"(a\ b \"c\" 'd\e' "f\g\"\\")")
        == words{"a b", "\"c\"", "d\\e", R"(f\g"\)"});
  CHECK(shell_words(R"(-DX=\"hello\ world\")") == words{"-DX=\"hello world\""});
}

TEST_CASE("what is not closed ends with the text") {
  CHECK(shell_words("'a b") == words{"a b"});
  CHECK(shell_words("a\\") == words{"a\\"});
}

} // namespace cohort::tests::shell_words_test
