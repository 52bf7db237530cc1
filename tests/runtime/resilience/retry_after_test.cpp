#include "runtime/resilience/retry_after.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::retry_after_test {

using namespace std::chrono_literals;
using cohort::runtime::resilience::retry_after;

TEST_CASE("it is the rest of the mean, of whoever has been there longest") {
  CHECK(retry_after({40s, 60s}, {10s, 30s, 20s}) == 20s);
  CHECK(retry_after({40s, 60s}, {49.5s}) == 1s);
}

TEST_CASE("what outlasts the mean stays as long again") {
  CHECK(retry_after({40s, 60s}, {70s}) == 70s);
  CHECK(retry_after({40s, 60s}, {70s, 10s}) == 40s);
}

TEST_CASE("with nothing to compare, what runs goes on as long again") {
  CHECK(retry_after({}, {12.3s, 30s}) == 13s);
}

TEST_CASE("it is a second at least, and an hour at most") {
  CHECK(retry_after({}, {0s}) == 1s);
  CHECK(retry_after({}, {}) == 1s);
  CHECK(retry_after({10h}, {1h}) == 3600s);
}

} // namespace cohort::tests::retry_after_test
