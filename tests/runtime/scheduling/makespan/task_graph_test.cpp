#include "runtime/scheduling/makespan/task_graph.hpp"

#include <set>
#include <utility>

#include <doctest/doctest.h>

#include "tests/runtime/scheduling/makespan/random_graphs.hpp"

namespace cohort::tests::task_graph_test {

using namespace cohort::tests;

TEST_CASE("tasks are numbered behind what they wait for, and nothing is lost") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    auto drawn = draw_graph(seed, 40);
    auto& graph = drawn.graph;
    REQUIRE(graph.size() == drawn.seconds.size());
    std::set<std::pair<task_index, task_index>> wanted;
    for (auto& one : drawn.dependencies)
      wanted.emplace(one.before, one.after);
    std::set<std::pair<task_index, task_index>> before;
    std::set<std::pair<task_index, task_index>> after;
    for (task_index i = 0; i < graph.size(); ++i) {
      CHECK(graph.seconds[i] == drawn.seconds[graph.given[i]]);
      for (auto earlier : graph.before[i]) {
        CHECK(earlier < i);
        before.emplace(graph.given[earlier], graph.given[i]);
      }
      for (auto later : graph.after[i])
        after.emplace(graph.given[i], graph.given[later]);
    }
    CHECK(before == wanted);
    CHECK(after == wanted);
  }
}

TEST_CASE("a dependency that is named twice counts once") {
  auto graph = make_task_graph({1, 2}, {{0, 1}, {0, 1}});
  REQUIRE(graph);
  CHECK(graph->before.size() == 1);
  CHECK(graph->after.size() == 1);
}

TEST_CASE("a cycle is refused, and named") {
  std::vector<dependency> chain{{0, 1}, {1, 2}, {2, 3}};
  CHECK(find_cycle(4, chain).empty());
  auto closed = chain;
  closed.push_back({3, 1});
  CHECK(!make_task_graph({1, 1, 1, 1}, closed));
  auto cycle = find_cycle(4, closed);
  CHECK(std::set(cycle.begin(), cycle.end()) == std::set<task_index>{1, 2, 3});
  for (size_t i = 0; i < cycle.size(); ++i) {
    auto next = cycle[(i + 1) % cycle.size()];
    CHECK(std::any_of(closed.begin(), closed.end(), [&](auto& one) {
      return one.before == cycle[i] && one.after == next;
    }));
  }
  CHECK(find_cycle(2, {{1, 1}}) == std::vector<task_index>{1});
}

TEST_CASE("ranks and earliest starts are those of the longest chains") {
  // 0 (2 s) -> 1 (3 s) -> 3 (1 s), and 0 -> 2 (5 s).
  auto graph = make_task_graph({2, 3, 5, 1}, {{0, 1}, {0, 2}, {1, 3}});
  REQUIRE(graph);
  CHECK(graph->given == std::vector<task_index>{0, 1, 2, 3});
  CHECK(upward_ranks(*graph) == std::vector<double>{7, 4, 5, 1});
  CHECK(earliest_starts(*graph) == std::vector<double>{0, 2, 2, 5});
}

TEST_CASE("no tasks are a graph, too") {
  auto graph = make_task_graph({}, {});
  REQUIRE(graph);
  CHECK(graph->size() == 0);
  CHECK(upward_ranks(*graph).empty());
}

} // namespace cohort::tests::task_graph_test
