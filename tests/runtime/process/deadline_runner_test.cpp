#include "runtime/process/deadline_runner.hpp"

#include <doctest/doctest.h>

#include "tests/support/fake_processes.hpp"

namespace cohort::tests::deadline_runner_test {

using namespace std::chrono_literals;
using cohort::runtime::process::command;
using cohort::runtime::process::deadline_runner;
using cohort::tests::fake_processes;

namespace {

struct runner_fixture {
  fake_processes programs;
  deadline_runner bounded{programs};
  std::chrono::milliseconds given{-1};

  runner_fixture() {
    programs.on([](auto&) { return true; },
                [this](const command& what) {
                  given = what.deadline;
                  return fake_processes::outcome{};
                });
  }
  std::chrono::milliseconds run(std::chrono::milliseconds deadline) {
    command what;
    what.argv = {"true"};
    what.deadline = deadline;
    static_cast<void>(bounded.run(what));
    return given;
  }
};

} // namespace

TEST_CASE_FIXTURE(runner_fixture, "without an end commands keep their own") {
  CHECK(run(5s) == 5s);
  CHECK(run(0s) == 0s);
}

TEST_CASE_FIXTURE(runner_fixture, "no command gets more than what is left") {
  bounded.ends_at(deadline_runner::clock::now() + 60s);
  CHECK(run(5s) == 5s);
  CHECK(run(61s) <= 60s);
  CHECK(run(61s) > 0s);
  CHECK(run(0s) <= 60s);
  CHECK(run(0s) > 0s);
}

TEST_CASE_FIXTURE(runner_fixture, "what comes too late has no time at all") {
  bounded.ends_at(deadline_runner::clock::now() - 1s);
  CHECK(run(0s) == 1ms);
  CHECK(run(5s) == 1ms);
}

} // namespace cohort::tests::deadline_runner_test
