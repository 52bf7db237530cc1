#include "runtime/scheduling/makespan/list_scheduler.hpp"

#include <doctest/doctest.h>

#include "runtime/scheduling/makespan/lower_bound.hpp"
#include "tests/runtime/scheduling/makespan/random_graphs.hpp"

namespace cohort::tests::list_scheduler_test {

using namespace cohort::tests;

TEST_CASE("whatever the list, the schedule is one, and Graham's bound holds") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    auto graph = draw_graph(seed, 60).graph;
    auto workers = 1 + seed % 9;
    std::mt19937_64 random{seed};
    std::vector<double> keys(graph.size());
    for (auto& key : keys)
      key = static_cast<double>(random() % 100);
    list_scheduler scheduler{graph, workers};
    auto list = priority_list::by_largest(keys);
    auto makespan = *scheduler.run(list);
    auto plan = scheduler.last();
    CHECK(plan.makespan == makespan);
    CHECK(fault_of(graph, plan, workers) == "");
    auto bound = lower_bound(graph, workers);
    CHECK(makespan >= bound);
    // Graham's own bound is on the chain and the work alone.
    auto ranks = upward_ranks(graph);
    auto chain = *std::max_element(ranks.begin(), ranks.end());
    auto work = std::accumulate(graph.seconds.begin(), graph.seconds.end(), 0.);
    auto p = static_cast<double>(workers);
    CHECK(makespan <= work / p + (1 - 1 / p) * chain + 1e-9);
    // In the order in which they began, all begin as they did.
    list.assign(std::vector<task_index>{scheduler.sequence().begin(),
                                        scheduler.sequence().end()});
    CHECK(*scheduler.run(list) == makespan);
    CHECK(scheduler.last().starts == plan.starts);
    // And from the end it is a schedule as well.
    scheduler.run_backwards(list);
    plan = scheduler.last();
    for (task_index i = 0; i < graph.size(); ++i)
      plan.starts[i] = plan.makespan - plan.starts[i] - graph.seconds[i];
    CHECK(fault_of(graph, plan, workers) == "");
  }
}

TEST_CASE("a run ends early exactly when it would be above the limit") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    auto graph = draw_graph(seed, 30).graph;
    list_scheduler scheduler{graph, 3};
    auto list = priority_list::by_largest(scheduler.ranks());
    auto makespan = *scheduler.run(list);
    CHECK(scheduler.run(list, makespan) == makespan);
    if (makespan > 0)
      CHECK(!scheduler.run(list, makespan - 0.5));
  }
}

TEST_CASE("what a task waited for ended when it began") {
  auto graph = draw_graph(7, 50).graph;
  list_scheduler scheduler{graph, 2};
  REQUIRE(scheduler.run(priority_list::by_largest(scheduler.ranks())));
  auto starts = scheduler.last().starts;
  for (size_t i = 0; i < graph.size(); ++i) {
    auto other = scheduler.waited_for()[i];
    auto ended = other == list_scheduler::nobody
                   ? 0
                   : starts[other] + graph.seconds[other];
    CHECK(ended == scheduler.times()[i]);
  }
}

TEST_CASE("the longest chain first, which another order would not do") {
  // 4 s of work in a chain beside four tasks of 1 s, on two workers.
  auto graph = *make_task_graph({1, 1, 1, 1, 2, 2}, {{4, 5}});
  CHECK(schedule_by_rank(graph, 2).makespan == 4);
  CHECK(schedule_by_rank(graph, 1).makespan == 8);
  CHECK(schedule_by_rank(graph, 1'000'000'000).makespan == 4);
}

TEST_CASE("tasks that take no time, and no tasks at all") {
  auto nothing = *make_task_graph({}, {});
  CHECK(schedule_by_rank(nothing, 3).makespan == 0);
  auto instants = *make_task_graph({0, 0, 0, 5}, {{0, 1}, {1, 2}, {2, 3}});
  auto plan = schedule_by_rank(instants, 1);
  CHECK(plan.makespan == 5);
  CHECK(fault_of(instants, plan, 1) == "");
}

} // namespace cohort::tests::list_scheduler_test
