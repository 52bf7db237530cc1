#include "runtime/scheduling/task_tallies.hpp"

#include <doctest/doctest.h>

#include <string>

namespace cohort::tests::task_tallies_test {

using namespace cohort;
using namespace std::chrono_literals;
namespace pb = cohort::messages::v1;

namespace {

pb::AttemptResult result(uint32_t checks, bool fails = false) {
  pb::AttemptResult made;
  made.mutable_metrics()->set_checks(checks);
  if (fails)
    made.mutable_error()->set_message("no");
  return made;
}

} // namespace

TEST_CASE("each task has what was done for it, once") {
  runtime::scheduling::task_tallies all;
  all.add("t1", "w1", result(2), 1s);
  all.add("t2", "w1", result(5), 2s);
  all.add("t1", "w2", result(1), 500ms);
  all.add("t1", "w1", result(3, true), 250ms);
  auto first = all.take("t1");
  REQUIRE(first.workers_size() == 2);
  CHECK(first.workers(0).worker() == "w1");
  CHECK(first.workers(0).finished() == 1);
  CHECK(first.workers(0).failed() == 1);
  CHECK(first.workers(0).busy_seconds() == 1.25);
  CHECK(first.workers(0).metrics().checks() == 5);
  CHECK(first.workers(1).worker() == "w2");
  CHECK(first.workers(1).finished() == 1);
  CHECK(all.take("t1").workers().empty());
  all.add("t1", "w1", result(1), 1s); // Late.
  CHECK(all.take("t2").workers(0).metrics().checks() == 5);
  CHECK(all.take("t1").workers_size() == 1);
  CHECK(all.take("never").workers().empty());
}

TEST_CASE("what nobody takes is not kept for ever") {
  using runtime::scheduling::task_tallies;
  task_tallies all;
  auto id_of = [](size_t i) { return std::to_string(100'000 + i); };
  for (size_t i = 0; i <= task_tallies::tasks_max; ++i)
    all.add(id_of(i), "w1", result(1), 1s);
  CHECK(all.take(id_of(0)).workers().empty());
  CHECK(all.take(id_of(1)).workers_size() == 1);
  all.add(id_of(1), "w1", result(1), 1s);
  all.add("0", "w1", result(1), 1s); // The least of all is the one that runs.
  CHECK(all.take("0").workers_size() == 1);
  CHECK(all.take(id_of(task_tallies::tasks_max)).workers_size() == 1);
}

} // namespace cohort::tests::task_tallies_test
