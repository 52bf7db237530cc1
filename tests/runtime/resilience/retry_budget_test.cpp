#include "runtime/resilience/retry_budget.hpp"

#include <doctest/doctest.h>

#include <random>

namespace cohort::tests::retry_budget_test {

using cohort::runtime::resilience::retry_budget;

namespace {

uint32_t retries_left(retry_budget budget) {
  uint32_t count = 0;
  while (budget.may_retry())
    ++count;
  return count;
}

} // namespace

TEST_CASE("what is small may be retried by the reserve") {
  CHECK(retries_left(retry_budget{0.2}) == 10);
  CHECK(retries_left(retry_budget{0.2, 3}) == 3);
}

TEST_CASE("five first attempts pay for one retry") {
  retry_budget budget{0.2, 1};
  CHECK(budget.may_retry());
  for (int i = 0; i < 4; ++i)
    budget.first_attempt();
  CHECK_FALSE(budget.may_retry());
  budget.first_attempt();
  CHECK(budget.may_retry());
  CHECK_FALSE(budget.may_retry());
}

TEST_CASE("a long calm pays for no more than ten reserves") {
  retry_budget budget{0.2};
  for (int i = 0; i < 100'000; ++i)
    budget.first_attempt();
  CHECK(retries_left(budget) == 100);
}

TEST_CASE("a share of nothing leaves the reserve alone") {
  retry_budget budget{0};
  for (int i = 0; i < 1000; ++i)
    budget.first_attempt();
  CHECK(retries_left(budget) == 10);
}

TEST_CASE("whatever happens, retries are a fifth and the reserve at most") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    retry_budget budget{0.2};
    auto failing = static_cast<double>(random() % 101) / 100;
    uint64_t first = 0;
    uint64_t retries = 0;
    for (int i = 0; i < 5'000; ++i) {
      budget.first_attempt();
      ++first;
      // Each attempt fails with the same chance, the retries, too.
      while (static_cast<double>(random() % 1000) / 1000 < failing
             && budget.may_retry())
        ++retries;
      REQUIRE(static_cast<double>(retries)
              <= 10 + 0.2 * static_cast<double>(first) + 1e-6);
    }
    if (failing > 0.5)
      CHECK(retries > 900); // It is used where it is needed.
  }
}

} // namespace cohort::tests::retry_budget_test
