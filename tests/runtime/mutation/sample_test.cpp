#include "runtime/mutation/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

namespace cohort::tests::sample_test {

using namespace cohort::runtime::mutation;

namespace {

std::vector<site> some(uint64_t count) {
  std::vector<site> result(count);
  for (uint64_t i = 0; i < count; ++i) {
    result[i].mutant.set_file(i % 2 == 0 ? "b.cpp" : "a.cpp");
    result[i].mutant.set_begin(i);
    result[i].mutant.set_mutator("relational");
  }
  return result;
}

std::string listed(const std::vector<site>& sites) {
  std::string result;
  for (auto& one : sites)
    result += std::to_string(one.mutant.id()) + ':' + one.mutant.file() + ':'
              + std::to_string(one.mutant.begin()) + ' ';
  return result;
}

} // namespace

TEST_CASE("all, when that is few enough") {
  CHECK(listed(sample(some(4), 4, 1))
        == "1:a.cpp:1 2:a.cpp:3 3:b.cpp:0 4:b.cpp:2 ");
  CHECK(sample(some(4), 0, 1).size() == 4);
  CHECK(sample({}, 5, 1).empty());
}

TEST_CASE("the seed says which, and the order of the sites does not") {
  auto one = listed(sample(some(100), 10, 1));
  auto reversed = some(100);
  std::reverse(reversed.begin(), reversed.end());
  CHECK(listed(sample(reversed, 10, 1)) == one);
  CHECK(listed(sample(some(100), 10, 2)) != one);
}

TEST_CASE("each is as likely as the others") {
  std::map<uint64_t, int> drawn;
  for (uint64_t seed = 0; seed < 1000; ++seed)
    for (auto& one : sample(some(20), 5, seed))
      ++drawn[one.mutant.begin()];
  REQUIRE(drawn.size() == 20);
  for (auto& [begin, times] : drawn) { // 250 on average, deviation 14.
    CHECK(times > 190);
    CHECK(times < 310);
  }
}

TEST_CASE("what is drawn stays drawn when others go") {
  auto before = sample(some(100), 10, 3);
  auto fewer = some(100);
  auto is_drawn = [&](const site& one) {
    return std::any_of(before.begin(), before.end(), [&](auto& drawn) {
      return drawn.mutant.begin() == one.mutant.begin();
    });
  };
  std::erase_if(fewer, [&](auto& one) {
    return one.mutant.begin() < 50 && !is_drawn(one);
  });
  CHECK(listed(sample(fewer, 10, 3)) == listed(before));
}

} // namespace cohort::tests::sample_test
