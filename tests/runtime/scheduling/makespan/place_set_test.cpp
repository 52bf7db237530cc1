#include "runtime/scheduling/makespan/place_set.hpp"

#include <random>
#include <set>

#include <doctest/doctest.h>

namespace cohort::tests::place_set_test {

using cohort::runtime::scheduling::place_set;

TEST_CASE("the smallest number comes first, in sets of all sizes") {
  for (size_t size : {1, 63, 64, 65, 4096, 4097, 300'000}) {
    CAPTURE(size);
    std::mt19937_64 random{size};
    place_set numbers{size};
    std::set<size_t> expected;
    for (int step = 0; step < 4000; ++step) {
      REQUIRE(numbers.empty() == expected.empty());
      if (expected.empty() || random() % 3 != 0) {
        auto number = random() % size;
        numbers.insert(number);
        expected.insert(number);
      } else {
        REQUIRE(numbers.pop() == *expected.begin());
        expected.erase(expected.begin());
      }
    }
    numbers.clear();
    CHECK(numbers.empty());
  }
}

TEST_CASE("there is a set for no numbers") {
  CHECK(place_set{0}.empty());
}

} // namespace cohort::tests::place_set_test
