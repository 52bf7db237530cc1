#include "runtime/scheduling/makespan/schedule_search.hpp"

#include <doctest/doctest.h>

#include "tests/runtime/scheduling/makespan/random_graphs.hpp"

namespace cohort::tests::schedule_search_test {

using namespace cohort::tests;

namespace {

void search(schedule_search& one, uint64_t schedules) {
  while (one.tried() < schedules && one.step()) {
    // nop
  }
}

/// The shortest makespan of all schedules, those that let a worker wait
/// included: every order in which the tasks can begin is tried.
double shortest(const task_graph& graph, size_t workers) {
  std::vector<task_index> order(graph.size());
  std::iota(order.begin(), order.end(), task_index{0});
  double result = list_scheduler::no_limit;
  do {
    std::vector<double> free(workers);
    std::vector<double> ends(graph.size(), -1);
    double last = 0;
    for (auto task : order) {
      auto worker = std::min_element(free.begin(), free.end());
      auto start = *worker;
      for (auto earlier : graph.before[task])
        start = ends[earlier] < 0 ? list_scheduler::no_limit
                                  : std::max(start, ends[earlier]);
      last = std::max(last, start + graph.seconds[task]);
      *worker = ends[task] = start + graph.seconds[task];
    }
    result = std::min(result, last);
  } while (std::next_permutation(order.begin(), order.end()));
  return result;
}

} // namespace

TEST_CASE("a schedule, not below the bound, and not above that by rank") {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    auto graph = draw_graph(seed, 50).graph;
    auto workers = 1 + seed % 6;
    schedule_search one{graph, workers, seed};
    auto by_rank = schedule_by_rank(graph, workers).makespan;
    CHECK(one.makespan_by_rank() == by_rank);
    auto before = one.best().makespan;
    for (int i = 0; i < 20; ++i) {
      search(one, one.tried() + 20);
      CHECK(one.best().makespan <= before);
      before = one.best().makespan;
    }
    CHECK(one.best().makespan <= by_rank);
    CHECK(one.best().makespan >= one.bound());
    CHECK(fault_of(graph, one.best(), workers) == "");
  }
}

TEST_CASE("small graphs: the shortest of all schedules") {
  unsigned found = 0;
  unsigned more = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    auto graph = draw_graph(seed, 7, 100).graph;
    auto workers = 2 + seed % 2;
    auto least = shortest(graph, workers);
    schedule_search one{graph, workers, seed};
    search(one, 3000);
    CHECK(one.bound() <= least);
    CHECK(one.best().makespan >= least);
    found += one.best().makespan == least ? 1 : 0;
    more += one.makespan_by_rank() > least ? 1 : 0;
  }
  CHECK(found == 300);
  CHECK(more >= 10); // By rank alone some are longer.
}

TEST_CASE("it stops when it knows that nothing is shorter") {
  auto graph = *make_task_graph({3, 3, 2, 2, 2}, {});
  schedule_search one{graph, 2, 1};
  search(one, 100'000);
  CHECK(one.best().makespan == 6); // By rank it is 7.
  CHECK(one.makespan_by_rank() == 7);
  CHECK(!one.step());
  CHECK(one.tried() < 1000);
}

TEST_CASE("the same seed finds the same, another one something else") {
  auto graph = draw_graph(4711, 200, 1000).graph;
  auto starts = [&](uint64_t seed) {
    schedule_search one{graph, 3, seed};
    search(one, 2000);
    return one.best().starts;
  };
  CHECK(starts(1) == starts(1));
  CHECK(starts(1) != starts(2));
}

TEST_CASE("graphs of one task, of none, and more workers than tasks") {
  auto single = *make_task_graph({2.5}, {});
  schedule_search one{single, 1'000'000'000'000, 1};
  CHECK(one.best().makespan == 2.5);
  CHECK(!one.step());
  auto nothing = *make_task_graph({}, {});
  schedule_search none{nothing, 1, 1};
  CHECK(none.best().makespan == 0);
  CHECK(!none.step());
}

} // namespace cohort::tests::schedule_search_test
