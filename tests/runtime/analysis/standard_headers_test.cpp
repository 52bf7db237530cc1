#include "runtime/analysis/standard_headers.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::standard_headers_test {

using cohort::runtime::analysis::standard_header;

TEST_CASE("the header of a standard name") {
  CHECK(standard_header("vector") == "vector");
  CHECK(standard_header("printf") == "cstdio");
  CHECK(standard_header("unique_ptr") == "memory");
  CHECK(standard_header("unique").empty() == false);
  CHECK(standard_header("frobnicate").empty());
  CHECK(standard_header("").empty());
  CHECK(standard_header("vector set").empty());
}

} // namespace cohort::tests::standard_headers_test
