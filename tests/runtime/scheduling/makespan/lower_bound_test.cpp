#include "runtime/scheduling/makespan/lower_bound.hpp"

#include <doctest/doctest.h>

#include "tests/runtime/scheduling/makespan/random_graphs.hpp"

namespace cohort::tests::lower_bound_test {

using namespace cohort::tests;

TEST_CASE("the longest chain, and all work shared evenly") {
  auto chain = *make_task_graph({2, 3, 1}, {{0, 1}, {1, 2}});
  CHECK(lower_bound(chain, 4) == 6);
  auto heap = *make_task_graph({2, 2, 2, 2}, {});
  CHECK(lower_bound(heap, 2) == 4);
  CHECK(lower_bound(heap, 1) == 8);
  CHECK(lower_bound(*make_task_graph({}, {}), 3) == 0);
}

TEST_CASE("workers are idle before and behind the middle") {
  // One task of 4 s before four of 5 s, which one of 3 s waits for: neither the
  // chain (12) nor the work (27 / 2) tells that both workers have 4 and 3 s in
  // which only one of them can do anything.
  auto graph = *make_task_graph(
    {4, 5, 5, 5, 5, 3},
    {{0, 1}, {0, 2}, {0, 3}, {0, 4}, {1, 5}, {2, 5}, {3, 5}, {4, 5}});
  CHECK(lower_bound(graph, 2) == 17);
}

TEST_CASE("between two multiples of the times' unit there is no makespan") {
  auto whole = *make_task_graph({1, 1, 1}, {});
  CHECK(lower_bound(whole, 2) == 2);
  auto tenths = *make_task_graph({0.1, 0.1, 0.1}, {});
  CHECK(lower_bound(tenths, 2) == doctest::Approx(0.2));
  auto odd = *make_task_graph({1.0 / 3, 1.0 / 3, 1.0 / 3}, {});
  CHECK(lower_bound(odd, 2) == doctest::Approx(0.5));
  // Near to whole numbers is not whole.
  auto near = *make_task_graph({1.0000003, 1.0000003, 1.0000003}, {});
  CHECK(lower_bound(near, 1) == doctest::Approx(3.0000009).epsilon(1e-12));
}

} // namespace cohort::tests::lower_bound_test
