#include "runtime/scheduling/stragglers.hpp"

#include <doctest/doctest.h>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::stragglers_test {

using namespace cohort::tests;
using cohort::runtime::scheduling::may_run_twice;
using cohort::runtime::scheduling::speculation_settings;
using cohort::runtime::scheduling::stragglers;

namespace {

pb::WorkUnit check_of(double predicted = 0, const char* root = "/ws") {
  auto unit = unit_of(1);
  unit.mutable_check();
  unit.set_workspace_root(root);
  unit.set_predicted_seconds(predicted);
  return unit;
}

pb::WorkUnit command_of(const char* program) {
  auto unit = unit_of(1);
  unit.mutable_command()->add_argv(program);
  return unit;
}

speculation_settings twice() {
  speculation_settings settings;
  settings.factor = 2;
  settings.least = 100ms;
  settings.budget = 0.1;
  return settings;
}

/// Buckets are a fifth wide, at the worst.
void check_about(std::optional<stragglers::duration> limit,
                 stragglers::duration expected) {
  REQUIRE(limit);
  CHECK(*limit >= expected);
  CHECK(*limit <= expected * 5 / 4);
}

} // namespace

TEST_CASE("with too few to compare with, nobody is late") {
  stragglers late{twice()};
  for (int i = 0; i < 4; ++i)
    late.learn(check_of(), 1s);
  CHECK_FALSE(late.limit(check_of()));
  late.learn(check_of(), 1s);
  check_about(late.limit(check_of()), 2s);
}

TEST_CASE("late is a multiple of what nine of ten took") {
  stragglers late{twice()};
  for (int i = 1; i <= 100; ++i)
    late.learn(check_of(), i <= 90 ? 1s : 50s);
  check_about(late.limit(check_of()), 2s);
  for (int i = 0; i < 10; ++i)
    late.learn(check_of(), 50s);
  check_about(late.limit(check_of()), 100s);
}

TEST_CASE("what takes no time is not late at once") {
  stragglers late{twice()};
  for (int i = 0; i < 10; ++i)
    late.learn(check_of(), i % 2 == 0 ? 0ns : 3us);
  CHECK(late.limit(check_of()) == stragglers::duration{100ms});
}

TEST_CASE("a large prediction allows more time, in the measured proportion") {
  stragglers late{twice()};
  for (int i = 1; i <= 10; ++i)
    late.learn(check_of(i), i * 3s);
  check_about(late.limit(check_of(1)), 6s);
  check_about(late.limit(check_of(20)), 120s);
}

TEST_CASE("only the same work in the same workspace is compared") {
  stragglers late{twice()};
  for (int i = 0; i < 10; ++i) {
    late.learn(check_of(), 1s);
    late.learn(command_of("sleep"), 1s);
  }
  auto repair = check_of();
  repair.mutable_repair();
  CHECK_FALSE(late.limit(repair));
  CHECK_FALSE(late.limit(check_of(0, "/other")));
  CHECK_FALSE(late.limit(command_of("make")));
  CHECK(late.limit(check_of()));
  CHECK(late.limit(command_of("sleep")));
}

TEST_CASE("what was long ago is forgotten") {
  stragglers late{twice()};
  for (int i = 0; i < 1000; ++i)
    late.learn(check_of(), 60s);
  for (int i = 0; i < 6000; ++i)
    late.learn(check_of(), 1s);
  check_about(late.limit(check_of()), 2s);
}

TEST_CASE("second attempts take no more than their share") {
  stragglers late{twice()};
  CHECK_FALSE(late.affords(check_of(), 0));
  for (int i = 0; i < 10; ++i) {
    late.learn(check_of(), 1s);
    late.spend(1s, false);
  }
  CHECK_FALSE(late.affords(check_of(), 0)); // A second, and a bit more.
  for (int i = 0; i < 10; ++i)
    late.spend(1s, false);
  CHECK(late.affords(check_of(), 0));
  CHECK_FALSE(late.affords(check_of(), 1));
  late.spend(2s, true);
  CHECK_FALSE(late.affords(check_of(), 0));
}

TEST_CASE("an idle day saves no budget for a busy one") {
  stragglers late{twice()};
  for (int i = 0; i < 10; ++i)
    late.learn(check_of(), 1s);
  for (int i = 0; i < 1000; ++i)
    late.spend(1h, false);
  late.spend(400s, true);
  CHECK_FALSE(late.affords(check_of(), 0));
}

TEST_CASE("predictions that cannot be are no reason to run anything twice") {
  stragglers late{twice()};
  auto infinite = std::numeric_limits<double>::infinity();
  auto nan = std::numeric_limits<double>::quiet_NaN();
  for (int i = 0; i < 10; ++i)
    late.learn(check_of(i % 2 == 0 ? nan : 1e-300), 1h);
  CHECK(late.limit(check_of()) > stragglers::duration{1h});
  CHECK(late.limit(check_of(infinite)) > stragglers::duration{24h});
  CHECK_FALSE(late.affords(check_of(infinite), 0));
}

TEST_CASE("what acts on more than its slot is not run twice at once") {
  auto unit = unit_of(1);
  CHECK(may_run_twice(unit));
  unit.mutable_check();
  CHECK(may_run_twice(unit));
  unit.mutable_prepare();
  CHECK(may_run_twice(unit));
  unit.mutable_repair()->add_executors()->mutable_fixit();
  CHECK(may_run_twice(unit));
  unit.mutable_repair()->add_executors()->mutable_command();
  CHECK_FALSE(may_run_twice(unit));
  unit.mutable_tests();
  CHECK_FALSE(may_run_twice(unit));
  unit.mutable_command();
  CHECK_FALSE(may_run_twice(unit));
  unit.mutable_command()->set_repeatable(true);
  CHECK(may_run_twice(unit));
}

} // namespace cohort::tests::stragglers_test
