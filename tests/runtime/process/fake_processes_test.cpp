#include <doctest/doctest.h>

#include <atomic>
#include <stop_token>
#include <thread>
#include <vector>

#include "tests/support/fake_processes.hpp"

namespace cohort::tests::fake_processes_test {

using cohort::runtime::process::command;
using cohort::runtime::process::outcome;
using cohort::runtime::process::status;
using cohort::tests::fake_processes;

namespace {

command run_of(std::vector<std::string> argv) {
  command result;
  result.argv = std::move(argv);
  return result;
}

} // namespace

TEST_CASE("the first rule that fits answers, and commands are recorded") {
  fake_processes fake;
  fake.on(fake_processes::has_argument("--version"),
          fake_processes::exits(0, "12\n"));
  fake.on_program("gcc", fake_processes::exits(1, "", "error"));
  CHECK(fake.run(run_of({"gcc", "--version"})).out == "12\n");
  CHECK(fake.run(run_of({"gcc", "a.cpp"})).exit_code == 1);
  auto unknown = fake.run(run_of({"make", "all"}));
  CHECK(unknown.status == status::start_failed);
  CHECK(unknown.message == "fake_processes: no rule for: make all");
  REQUIRE(fake.commands().size() == 3);
  CHECK(fake.commands()[1].argv == std::vector<std::string>{"gcc", "a.cpp"});
}

TEST_CASE("held commands end when they are released, the first one first") {
  fake_processes fake;
  fake.on(fake_processes::any(), [](const command& what) {
    return fake_processes::exits(0, what.argv.front());
  });
  fake.hold();
  std::string ended;
  for (auto name : {"a", "b", "c"})
    fake.start(run_of({name}), {}, [&](outcome x) { ended += x.out; });
  CHECK(fake.running() == 3);
  CHECK(ended.empty());
  CHECK(fake.release_next());
  CHECK(ended == "a");
  fake.release_all();
  CHECK(ended == "abc");
  CHECK_FALSE(fake.release_next());
  CHECK(fake.run(run_of({"d"})).out == "d");
}

TEST_CASE("a held command that is stopped ends as cancelled, once") {
  fake_processes fake;
  fake.on(fake_processes::any(), fake_processes::exits(0));
  fake.hold();
  std::stop_source source;
  std::vector<status> ends;
  fake.start(run_of({"a"}), source.get_token(),
             [&](outcome x) { ends.push_back(x.status); });
  source.request_stop();
  fake.release_all();
  CHECK(ends == std::vector{status::cancelled});
  CHECK(fake.run(run_of({"b"}), source.get_token()).status
        == status::cancelled);
}

TEST_CASE("a release and a stop at the same time give one end") {
  for (unsigned round = 0; round < 200; ++round) {
    CAPTURE(round);
    fake_processes fake;
    fake.on(fake_processes::any(), fake_processes::exits(0));
    fake.hold();
    std::stop_source source;
    std::atomic<int> ends = 0;
    std::jthread stopper{[&] { source.request_stop(); }};
    fake.start(run_of({"a"}), source.get_token(), [&](outcome) { ++ends; });
    fake.release_all();
    stopper.join();
    CHECK(ends == 1);
  }
}

TEST_CASE("a fake that goes away cancels what it holds") {
  auto end = status::exited;
  {
    fake_processes fake;
    fake.hold();
    fake.start(run_of({"a"}), {}, [&](outcome x) { end = x.status; });
  }
  CHECK(end == status::cancelled);
}

} // namespace cohort::tests::fake_processes_test
