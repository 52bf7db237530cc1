#include <doctest/doctest.h>

#include <utility>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_breakers_test {

/// What keeps failing gets nothing for a while: a kind of work on a node, and a
/// node.

using namespace cohort::tests;

namespace {

/// Four failures of at least four attempts open a breaker.
pool_settings quick() {
  pool_settings settings;
  settings.retry_backoff = 0ms;
  settings.max_attempts = 1;
  settings.quarantine_failures = 1000;
  settings.breaker_failure_rate = 1;
  settings.breaker_minimum_calls = 4;
  settings.breaker_cool_down = 1000ms;
  return settings;
}

constexpr auto cooled_down = 1500ms; // With all of the jitter.

pb::WorkUnit check(uint64_t ticket, const std::string& compiler) {
  auto unit = unit_of(ticket);
  unit.mutable_check()->set_compiler(compiler);
  return unit;
}

struct board : driver {
  explicit board(pool_settings settings = quick()) : driver{settings} {
    // nop
  }

  void join_node(worker_id id, const std::string& node) {
    pb::WorkerHello hello;
    hello.set_worker("w" + std::to_string(id));
    hello.set_node(node);
    hello.set_credits(1);
    *hello.add_specialties() = compiling;
    units.add_worker(id, hello, now);
  }

  void fail(uint64_t ticket) {
    finish(ticket, error_of(errc::tool_failed, false, "g++ is broken"));
  }

  /// Checks with gcc that fail, wherever they go; tickets from 100 on. Other
  /// work does not, so that it is no fault of the workers.
  void fail_checks(int count) {
    for (; count > 0; --count) {
      submit({unit_of(next_)});
      finish(next_++);
      submit({check(next_, "gcc")});
      fail(next_++);
    }
    happened();
  }

  /// "+what: why" for a breaker that opened, "-what" for one that closed.
  std::string news() {
    std::string all;
    for (auto& one : units.take_breaker_news()) {
      CHECK(one.requester == 1);
      CHECK(one.change.task_id() == "task");
      all += (all.empty() ? "" : ", ")
             + std::string{one.change.is_open() ? "+" : "-"} + one.change.what()
             + (one.change.why().empty() ? "" : ": " + one.change.why());
    }
    return all;
  }

  std::string not_closed() {
    auto report = units.report();
    std::string all;
    for (auto& what : report.open_breakers())
      all += (all.empty() ? "" : ", ") + what;
    return all;
  }

private:
  uint64_t next_ = 100;
};

} // namespace

TEST_CASE("a kind of work that fails on a node goes to others, other work does "
          "not") {
  board b;
  b.join_node(1, "alpha");
  b.fail_checks(3);
  CHECK(b.news() == "");
  b.fail_checks(1);
  CHECK(b.news() == "+checks with gcc on alpha: g++ is broken");
  CHECK(b.not_closed() == "checks with gcc on alpha");
  CHECK(b.units.report().breakers_opened() == 1);
  b.submit({check(1, "gcc"), check(2, "clang"), unit_of(3)});
  CHECK(b.happened() == "2>w1");
  b.finish(2);
  CHECK(b.happened() == "2 done, 3>w1");
  b.join_node(2, "beta");
  CHECK(b.happened() == "1>w2");
}

TEST_CASE("after the cool-down one unit is tried, and decides") {
  board b;
  b.join_node(1, "alpha");
  b.join_node(2, "alpha");
  b.fail_checks(4);
  b.news();
  b.submit({check(1, "gcc"), check(2, "gcc")});
  CHECK(b.happened() == "");
  CHECK(b.units.next_deadline() <= b.now + cooled_down);
  b.wait(999ms);
  CHECK(b.happened() == "");
  b.wait(cooled_down - 999ms);
  CHECK(b.happened() == "1>w1");
  SUBCASE("it works: so may the rest") {
    b.finish(1);
    CHECK(b.happened() == "1 done, 2>w1");
    CHECK(b.news() == "-checks with gcc on alpha");
    CHECK(b.not_closed() == "");
  }
  SUBCASE("it fails, nobody else can do it: the rest has waited for nothing") {
    b.fail(1);
    CHECK(b.happened() == "2 tool_failed, 1 tool_failed");
    CHECK(b.result(2).error().message()
          == "checks with gcc fail wherever they are tried, so this one was "
             "not; the last time: g++ is broken");
    CHECK(b.news() == "");
    CHECK(b.units.report().queued() == 0);
    b.submit({check(3, "gcc")});
    CHECK(b.happened() == "");
  }
  SUBCASE("it fails, but another node may do the rest") {
    b.submit({unit_of(9, 9)});
    b.join_node(3, "beta");
    CHECK(b.happened() == "9>w2, 2>w3");
    b.submit({check(3, "gcc")});
    b.fail(1);
    CHECK(b.happened() == "1 tool_failed");
    b.finish(2);
    CHECK(b.happened() == "2 done, 3>w3");
  }
  SUBCASE("it is cancelled: another one follows") {
    b.units.cancel(1, "task", b.now);
    CHECK(b.happened() == "stop 1@w1");
    b.acknowledge(1);
    CHECK(b.happened() == "task cancelled");
    b.submit({check(3, "gcc")});
    CHECK(b.happened() == "3>w1");
  }
}

TEST_CASE("a node whose workers are lost gets nothing for a while") {
  board b;
  for (worker_id id = 1; id <= 5; ++id)
    b.join_node(id, "alpha");
  for (worker_id id = 1; id <= 4; ++id) {
    b.submit({check(id, "gcc")});
    b.units.remove_worker(b.last(id).worker, b.now);
  }
  CHECK(b.news() == "+node alpha: worker w4 died");
  b.happened();
  b.submit({check(9, "gcc"), unit_of(10)});
  CHECK(b.happened() == "");
  b.join_node(6, "beta");
  CHECK(b.happened() == "9>w6");
  b.wait(cooled_down);
  CHECK(b.happened() == "10>w5");
  b.finish(10);
  CHECK(b.news() == "-node alpha");
}

TEST_CASE("this host is not lost, whatever its workers do") {
  board b;
  for (worker_id id = 1; id <= 5; ++id)
    b.join_node(id, "local");
  for (worker_id id = 1; id <= 4; ++id) {
    b.submit({check(id, "gcc")});
    b.units.remove_worker(b.last(id).worker, b.now);
  }
  CHECK(b.news() == "");
  b.happened();
  b.submit({check(9, "gcc")});
  CHECK(b.happened() == "9>w5");
}

TEST_CASE("a worker that opens its breaker is news, too") {
  auto settings = quick();
  settings.quarantine_failures = 2;
  board b{settings};
  b.join_node(1, "alpha");
  b.submit({check(1, "gcc"), check(2, "gcc")});
  b.fail(1);
  CHECK(b.news() == "");
  b.fail(2);
  CHECK(b.news() == "+worker w1: g++ is broken");
  CHECK(b.status(1).breaker_open());
  b.wait(cooled_down);
  b.submit({unit_of(3)});
  b.finish(3);
  CHECK(b.news() == "-worker w1");
}

TEST_CASE("what fails because of the workspace opens nothing") {
  board b;
  b.join_node(1, "alpha");
  for (uint64_t ticket = 1; ticket <= 20; ++ticket) {
    b.submit({check(ticket, "gcc")});
    b.finish(ticket, error_of(errc::no_toolchain, false));
  }
  CHECK(b.news() == "");
}

} // namespace cohort::tests::pool_breakers_test
