#include <doctest/doctest.h>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_choice_test {

using namespace cohort::tests;

TEST_CASE(
  "units are assigned in the order of submission when ranks are equal") {
  driver d;
  d.join(1, {compiling});
  d.submit({unit_of(1), unit_of(2), unit_of(3)});
  CHECK(d.happened() == "1>w1");
  d.finish(1);
  CHECK(d.happened() == "1 done, 2>w1");
  d.finish(2);
  CHECK(d.happened() == "2 done, 3>w1");
  CHECK(d.units.report().queued() == 0);
}

TEST_CASE("the longest remaining path goes first, across submissions") {
  driver d;
  d.submit({unit_of(1, 1), unit_of(2, 5)});
  d.submit({unit_of(3, 3), unit_of(4, 9), unit_of(5, -1)});
  d.join(1, {compiling}, 5);
  CHECK(d.happened() == "4>w1, 2>w1, 3>w1, 1>w1, 5>w1");
}

TEST_CASE("infinite ranks are ranks like any other") {
  driver d;
  auto infinity = std::numeric_limits<double>::infinity();
  d.submit({unit_of(1, -infinity), unit_of(2), unit_of(3, infinity)});
  d.join(1, {compiling}, 3);
  CHECK(d.happened() == "3>w1, 2>w1, 1>w1");
}

TEST_CASE("a worker gets only units of its specialties, a generalist any") {
  driver d;
  d.submit({unit_of(1, 0, testing)});
  d.join(1, {compiling});
  CHECK(d.happened() == "");
  d.join(2, {generalist});
  CHECK(d.happened() == "1>w2");
}

TEST_CASE("a unit for generalists runs on no specialist") {
  driver d;
  d.join(1, {compiling, testing});
  d.submit({unit_of(1, 0, generalist)});
  CHECK(d.happened() == "");
  d.join(2, {generalist});
  CHECK(d.happened() == "1>w2");
}

TEST_CASE("custom specialties fit when their names are equal") {
  driver d;
  auto cuda = specialty_of(pb::SPECIALTY_KIND_CUSTOM, "cuda");
  auto rust = specialty_of(pb::SPECIALTY_KIND_CUSTOM, "rust");
  d.join(1, {rust});
  d.submit({unit_of(1, 0, cuda), unit_of(2, 0, rust)});
  CHECK(d.happened() == "2>w1");
  d.join(2, {cuda, cuda});
  CHECK(d.happened() == "1>w2");
}

TEST_CASE(
  "names of custom specialties that nobody uses any more are forgotten, "
  "and come back") {
  driver d;
  for (uint64_t i = 1; i <= 200; ++i) {
    auto custom = specialty_of(pb::SPECIALTY_KIND_CUSTOM,
                               "s" + std::to_string(i % 7));
    auto worker = static_cast<worker_id>(i);
    d.submit({unit_of(i, 0, custom)});
    CHECK(d.happened() == "");
    d.join(worker, {custom});
    d.finish(i);
    CHECK(d.happened() == std::to_string(i) + " done");
    d.units.remove_worker(worker, d.now);
  }
}

TEST_CASE("the exact specialist is preferred to a generalist") {
  driver d;
  d.join(1, {generalist});
  d.join(2, {compiling});
  d.submit({unit_of(1), unit_of(2)});
  CHECK(d.happened() == "1>w2, 2>w1");
}

TEST_CASE("of units with equal rank, a worker takes its own specialty first") {
  driver d;
  d.submit({unit_of(1, 2, testing), unit_of(2, 2, generalist), unit_of(3, 3)});
  d.join(1, {generalist}, 3);
  CHECK(d.happened() == "3>w1, 2>w1, 1>w1");
}

TEST_CASE("the worker whose slot holds the tree is preferred") {
  driver d;
  auto with_tree = [](uint64_t ticket, std::string tree,
                      std::string root = "/r") {
    auto unit = unit_of(ticket);
    unit.set_tree(std::move(tree));
    unit.set_workspace_root(std::move(root));
    return unit;
  };
  d.join(1, {compiling});
  d.join(2, {compiling});
  d.submit({with_tree(1, "a"), with_tree(2, "b")});
  CHECK(d.happened() == "1>w1, 2>w2");
  d.finish(1);
  d.finish(2);
  d.happened();
  d.submit({with_tree(3, "b")});
  CHECK(d.happened() == "3>w2");
  d.finish(3);
  d.happened();
  SUBCASE("the same tree of another workspace is another slot") {
    d.submit({with_tree(4, "b", "/other")});
    CHECK(d.happened() == "4>w1");
  }
  SUBCASE("a unit without a tree leaves the slot as it is") {
    d.submit({unit_of(4)});
    CHECK(d.happened() == "4>w1");
    d.finish(4);
    d.happened();
    d.submit({with_tree(5, "a")});
    CHECK(d.happened() == "5>w1");
  }
}

TEST_CASE("no unit waits behind another while a worker that fits is idle") {
  driver d;
  auto unit = [](uint64_t ticket) {
    auto result = unit_of(ticket);
    result.set_tree("a");
    return result;
  };
  d.join(1, {compiling}, 2);
  d.join(2, {compiling}, 2);
  d.join(3, {generalist}, 2);
  d.submit({unit(1), unit(2), unit(3), unit(4), unit(5), unit(6), unit(7)});
  CHECK(d.happened() == "1>w1, 2>w2, 3>w3, 4>w1, 5>w2, 6>w3");
}

TEST_CASE("a worker never holds more than its credits, and at least one") {
  driver d;
  d.join(1, {compiling}, 3);
  d.join(2, {testing}, 0);
  d.submit({unit_of(1), unit_of(2), unit_of(3), unit_of(4),
            unit_of(5, 0, testing), unit_of(6, 0, testing)});
  CHECK(d.happened() == "1>w1, 2>w1, 3>w1, 5>w2");
  CHECK(d.status(1).running() == 3);
  d.finish(2);
  CHECK(d.happened() == "2 done, 4>w1");
}

TEST_CASE("many units are spread evenly over workers with many credits") {
  driver d;
  for (worker_id id = 1; id <= 4; ++id)
    d.join(id, {compiling}, 64);
  std::vector<pb::WorkUnit> batch;
  for (uint64_t i = 1; i <= 200; ++i)
    batch.push_back(unit_of(i));
  d.submit(std::move(batch));
  for (worker_id id = 1; id <= 4; ++id)
    CHECK(d.status(id).running() == 50);
}

TEST_CASE("workers that join later with a lower number are found, too") {
  driver d;
  for (worker_id id : {50, 10, 30, 20, 40})
    d.join(id, {compiling});
  d.submit({unit_of(1), unit_of(2), unit_of(3)});
  CHECK(d.happened() == "1>w10, 2>w20, 3>w30");
  d.join(5, {compiling});
  d.finish(1);
  d.submit({unit_of(4), unit_of(5), unit_of(6)});
  CHECK(d.happened() == "1 done, 4>w5, 5>w10, 6>w40");
}

TEST_CASE("a greeting that comes twice changes nothing") {
  driver d;
  d.join(1, {compiling});
  d.join(1, {compiling, testing}, 9);
  d.submit({unit_of(1), unit_of(2), unit_of(3, 0, testing)});
  CHECK(d.happened() == "1>w1");
  CHECK(d.units.report().workers_size() == 1);
}

TEST_CASE("a worker with specialties that do not exist gets nothing") {
  driver d;
  d.join(1, {specialty_of(pb::SPECIALTY_KIND_UNSPECIFIED),
             specialty_of(static_cast<pb::SpecialtyKind>(1000))});
  d.join(2, {});
  d.submit({unit_of(1), unit_of(2, 0, generalist)});
  CHECK(d.happened() == "");
  CHECK(d.units.report().queued() == 2);
}

TEST_CASE("CPU-bound units are limited, others pass them by") {
  pool_settings settings;
  settings.max_cpu_bound = 1;
  driver d{settings};
  auto heavy = [](uint64_t ticket) {
    auto unit = unit_of(ticket, 5);
    unit.set_cpu_bound(true);
    return unit;
  };
  d.join(1, {compiling});
  d.join(2, {compiling});
  d.join(3, {compiling});
  d.submit({heavy(1), heavy(2), unit_of(3)});
  CHECK(d.happened() == "1>w1, 3>w2");
  d.finish(3);
  CHECK(d.happened() == "3 done");
  d.finish(1);
  CHECK(d.happened() == "1 done, 2>w1");
}

TEST_CASE("a unit is ready when all that it depends on has succeeded") {
  driver d;
  d.join(1, {compiling}, 9);
  d.submit({unit_of(3, 9, compiling, {1, 2}), unit_of(1), unit_of(2),
            unit_of(4, 0, compiling, {3, 3})});
  CHECK(d.happened() == "1>w1, 2>w1");
  d.finish(2);
  CHECK(d.happened() == "2 done");
  d.finish(1);
  CHECK(d.happened() == "1 done, 3>w1");
  d.finish(3);
  CHECK(d.happened() == "3 done, 4>w1");
}

TEST_CASE("an assignment says everything that fences it") {
  driver d;
  d.join(1, {compiling});
  d.submit({unit_of(11, 2)});
  auto& assignment = d.last(11).assignment;
  CHECK(assignment.head_epoch() == 7);
  CHECK(assignment.attempt() == 1);
  CHECK(assignment.sequence() == d.last(11).sequence);
  CHECK(assignment.unit().SerializeAsString()
        == unit_of(11, 2).SerializeAsString());
}

TEST_CASE("a result says whose it is") {
  driver d;
  d.join(3, {compiling});
  d.submit({unit_of(11)}, 5);
  pb::AttemptResult answer;
  answer.mutable_metrics()->set_checks(4);
  answer.set_worker("somebody else");
  answer.set_ticket(99);
  d.finish(11, answer);
  auto& result = d.result(11);
  CHECK(result.ticket() == 11);
  CHECK(result.task_id() == "task");
  CHECK(result.attempt() == 1);
  CHECK(result.head_epoch() == 7);
  CHECK(result.worker() == "w3");
  CHECK(result.metrics().checks() == 4);
  CHECK(d.log.back().requester == 5);
}

TEST_CASE(
  "get_specialized_worker names the exact specialist, else a generalist, "
  "else nobody") {
  driver d;
  CHECK(d.units.get_specialized_worker(compiling).worker() == "");
  d.join(1, {testing});
  CHECK(d.units.get_specialized_worker(compiling).worker() == "");
  d.join(2, {generalist});
  CHECK(d.units.get_specialized_worker(compiling).worker() == "w2");
  CHECK_FALSE(d.units.get_specialized_worker(compiling).exact());
  d.join(3, {compiling});
  d.join(4, {compiling});
  CHECK(d.units.get_specialized_worker(compiling).worker() == "w3");
  CHECK(d.units.get_specialized_worker(compiling).exact());
  d.submit({unit_of(1)});
  CHECK(d.units.get_specialized_worker(compiling).worker() == "w4");
}

TEST_CASE("the report counts what workers did, and how long they were busy") {
  driver d;
  d.join(1, {compiling}, 2);
  d.submit({unit_of(1), unit_of(2)});
  d.now += 2s;
  d.finish(1);
  d.now += 1s;
  d.finish(2, error_of(errc::no_executor, false));
  d.now += 10s;
  d.submit({unit_of(3), unit_of(4), unit_of(5)});
  d.now += 500ms;
  d.units.tick(d.now);
  auto status = d.status(1);
  CHECK(status.finished() == 1);
  CHECK(status.failed() == 1);
  CHECK(status.running() == 2);
  CHECK(status.busy_seconds() == doctest::Approx(3.5));
  CHECK(status.node() == "node");
  CHECK_FALSE(status.quarantined());
  CHECK(d.units.report().queued() == 1);
}

} // namespace cohort::tests::pool_choice_test
