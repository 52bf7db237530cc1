#include "runtime/scheduling/makespan/priority_list.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include <doctest/doctest.h>

namespace cohort::tests::priority_list_test {

using namespace cohort::runtime::scheduling;

namespace {

std::vector<task_index> tasks_of(const priority_list& list) {
  std::vector<task_index> result;
  for (size_t i = 0; i < list.size(); ++i) {
    CHECK(list.place_of(list.task_at(i)) == i);
    result.push_back(list.task_at(i));
  }
  return result;
}

using tasks = std::vector<task_index>;

} // namespace

TEST_CASE("the largest key comes first, of equal ones the smaller number") {
  std::vector<double> keys{1, 7, 3, 7, -1};
  CHECK(tasks_of(priority_list::by_largest(keys)) == tasks{1, 3, 2, 0, 4});
}

TEST_CASE("keys of all kinds and sizes are in their order") {
  std::mt19937_64 random{1};
  for (size_t size : {0, 1, 2, 100, 5000}) {
    std::vector<double> keys{0.0, -0.0, 1e300, -1e300, 1e-300, -1e-300};
    while (keys.size() < size)
      keys.push_back(std::ldexp(static_cast<double>(random() % 1000) - 500,
                                static_cast<int>(random() % 100) - 50));
    tasks expected(keys.size());
    std::iota(expected.begin(), expected.end(), task_index{0});
    std::stable_sort(expected.begin(), expected.end(),
                     [&](auto x, auto y) { return keys[x] > keys[y]; });
    CHECK(tasks_of(priority_list::by_largest(keys)) == expected);
  }
  CHECK(priority_list::by_largest({}).size() == 0);
}

TEST_CASE("keys that differ by the least that there is are in their order") {
  constexpr auto least = std::numeric_limits<double>::denorm_min();
  std::vector<double> keys{0, least, 2 * least, least, 0};
  CHECK(tasks_of(priority_list::by_largest(keys)) == tasks{2, 1, 3, 0, 4});
  keys.assign(3, 1.5);
  CHECK(tasks_of(priority_list::by_largest(keys)) == tasks{0, 1, 2});
}

TEST_CASE("a task moves both ways, and back") {
  priority_list list;
  list.assign(tasks{4, 3, 2, 1, 0});
  list.move(1, 3);
  CHECK(tasks_of(list) == tasks{4, 2, 1, 3, 0});
  list.move(3, 1);
  CHECK(tasks_of(list) == tasks{4, 3, 2, 1, 0});
  list.move(4, 0);
  CHECK(tasks_of(list) == tasks{0, 4, 3, 2, 1});
  list.move(2, 2);
  CHECK(tasks_of(list) == tasks{0, 4, 3, 2, 1});
}

} // namespace cohort::tests::priority_list_test
