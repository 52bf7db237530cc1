#include <doctest/doctest.h>

#include "runtime/analysis/tidy_words.hpp"

using cohort::runtime::analysis::tidy_checks_in;
using names = std::vector<std::string>;

TEST_CASE("checks are asked for by their names") {
  CHECK(tidy_checks_in("apply modernize-use-nullptr and `bugprone-*`, please")
        == names{"modernize-use-nullptr", "bugprone-*"});
  CHECK(tidy_checks_in("run clang-analyzer-core.NullDereference")
        == names{"clang-analyzer-core.NullDereference"});
  CHECK(tidy_checks_in("a well-known modernise-use-nullptr").empty());
  CHECK(tidy_checks_in("modernize- performance").empty());
}

TEST_CASE("checks are asked for by what they do") {
  CHECK(tidy_checks_in("Use override everywhere, and replace NULL")
        == names{"modernize-use-override", "modernize-use-nullptr"});
  CHECK(tidy_checks_in("prefer range-based for loops")
        == names{"modernize-loop-convert"});
  CHECK(tidy_checks_in("use the override").empty());
}

TEST_CASE("each check is named once, in the order of the text") {
  CHECK(
    tidy_checks_in("add braces; use override; modernize-use-override")
    == names{"readability-braces-around-statements", "modernize-use-override"});
}

TEST_CASE("any bytes are a description") {
  CHECK(tidy_checks_in("").empty());
  CHECK(tidy_checks_in(std::string(1 << 20, '\xff')).empty());
}
