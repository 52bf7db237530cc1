#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tests/runtime/process/real_processes.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::cancellation_test {

using namespace cohort::tests;
using process::status;
using namespace std::chrono_literals;

namespace {

process::process_settings tokens(unsigned count) {
  process::process_settings result;
  result.cpu_tokens = count;
  return result;
}

process::command cpu_bound(process::command what) {
  what.cpu_bound = true;
  return what;
}

template <class Future>
bool is_ready(Future& future, std::chrono::milliseconds wait = 0ms) {
  return future.wait_for(wait) == std::future_status::ready;
}

} // namespace

TEST_CASE("a program is killed at its deadline, and its output is kept") {
  auto processes = start_runner();
  auto what = shell("echo before; sleep 1000");
  what.deadline = 300ms;
  auto result = processes->run(what);
  CHECK(result.status == status::timed_out);
  CHECK(result.out == "before\n");
  CHECK(result.wall.count() >= 0.3);
  CHECK(result.wall.count() < 5);
  CHECK(process::describe(result) == "timed out");
}

TEST_CASE("a program that ends before its deadline is left alone") {
  auto processes = start_runner();
  auto what = program({"true"});
  what.deadline = 1h;
  CHECK(processes->run(what).ok());
}

TEST_CASE("deadlines fall in their order, not in that of the starts") {
  auto processes = start_runner();
  auto late = program({"sleep", "1000"});
  auto soon = late;
  late.deadline = 700ms;
  soon.deadline = 100ms;
  auto late_result = start(*processes, late);
  auto soon_result = start(*processes, soon);
  CHECK(soon_result.get().status == status::timed_out);
  CHECK_FALSE(is_ready(late_result));
  CHECK(late_result.get().status == status::timed_out);
}

TEST_CASE("a program that ignores SIGTERM dies all the same") {
  auto processes = start_runner();
  auto what
    = shell("trap '' TERM INT HUP; echo ready; while :; do sleep 0.01; done");
  what.deadline = 200ms;
  CHECK(processes->run(what).status == status::timed_out);
}

TEST_CASE("a stop before the start starts nothing") {
  temp_folder folder;
  auto processes = start_runner();
  std::stop_source source;
  source.request_stop();
  for (bool bound : {false, true}) {
    auto what = shell("echo x > ran", folder.path());
    what.cpu_bound = bound;
    auto result = processes->run(what, source.get_token());
    CHECK(result.status == status::cancelled);
    CHECK(process::describe(result) == "cancelled");
    CHECK(result.wall.count() == 0); // A killed one would have lived a little.
  }
  CHECK(processes->run(program({"true"})).ok());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "ran"));
}

TEST_CASE("when a stopped program is reported, its tree is dead") {
  temp_folder folder;
  marked_sleep sleep;
  auto processes = start_runner();
  std::stop_source source;
  auto script = sleep.command() + " & (" + sleep.command() + " & setsid "
                + sleep.command() + " &) ; echo $$ > pid; wait";
  auto result = start(*processes, shell(script, folder.path()),
                      source.get_token());
  auto pid = pid_in(folder.path() / "pid");
  REQUIRE(eventually([&] { return sleep.running() == 3; }));
  source.request_stop();
  CHECK(result.get().status == status::cancelled);
  CHECK(sleep.running() == 0);
  CHECK_FALSE(is_alive(pid));
}

TEST_CASE("one stop ends all that share its source") {
  marked_sleep sleep;
  auto processes = start_runner(tokens(2));
  std::stop_source source;
  std::vector<std::future<process::outcome>> results;
  for (int i = 0; i < 20; ++i) {
    auto what = shell("exec " + sleep.command());
    what.cpu_bound = i % 2 == 0;
    results.push_back(start(*processes, what, source.get_token()));
  }
  REQUIRE(eventually([&] { return sleep.running() == 12; }));
  source.request_stop();
  for (auto& result : results)
    CHECK(result.get().status == status::cancelled);
  CHECK(sleep.running() == 0);
}

TEST_CASE(
  "a stop at any moment ends in one report, and a stopped sleep is dead") {
  marked_sleep sleep;
  auto processes = start_runner();
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    auto sleeps = random() % 2 == 0;
    auto delay = std::chrono::microseconds{random() % 3000};
    std::stop_source source;
    std::jthread stopper{[source, delay]() mutable {
      std::this_thread::sleep_for(delay);
      source.request_stop();
    }};
    auto what = sleeps ? shell("exec " + sleep.command())
                       : program({"/bin/true"});
    auto result = start(*processes, what, source.get_token());
    REQUIRE(is_ready(result, 20s));
    auto end = result.get();
    if (sleeps)
      CHECK(end.status == status::cancelled);
    else
      CHECK((end.ok() || end.status == status::cancelled));
  }
  CHECK(sleep.running() == 0);
}

TEST_CASE("a stop after the end changes nothing") {
  auto processes = start_runner();
  std::stop_source source;
  CHECK(processes->run(program({"true"}), source.get_token()).ok());
  source.request_stop();
  CHECK(processes->run(program({"true"})).ok());
}

TEST_CASE("a completion may stop others, and itself") {
  auto processes = start_runner();
  std::stop_source source;
  auto sleeper = start(*processes, program({"sleep", "1000"}),
                       source.get_token());
  processes->start(program({"true"}), source.get_token(),
                   [source](process::outcome) mutable {
                     source.request_stop();
                   });
  CHECK(sleeper.get().status == status::cancelled);
}

TEST_CASE(
  "CPU-bound programs run at most as many at once as there are tokens") {
  temp_folder folder;
  auto processes = start_runner(tokens(2));
  std::vector<std::future<process::outcome>> results;
  for (int i = 0; i < 10; ++i)
    results.push_back(
      start(*processes, cpu_bound(shell("printf + >> log; sleep 0.05; "
                                        "printf - >> log",
                                        folder.path()))));
  for (auto& result : results)
    CHECK(result.get().ok());
  int now = 0;
  int most = 0;
  for (auto sign : read_file(folder.path() / "log")) {
    now += sign == '+' ? 1 : -1;
    most = std::max(most, now);
  }
  CHECK(now == 0);
  CHECK(most == 2);
}

TEST_CASE("tokens go to who came first; others need none") {
  temp_folder folder;
  auto processes = start_runner(tokens(1));
  std::stop_source source;
  auto holder = start(*processes, cpu_bound(program({"sleep", "1000"})),
                      source.get_token());
  std::vector<std::future<process::outcome>> waiting;
  for (auto name : {"a", "b", "c", "d"})
    waiting.push_back(start(
      *processes, cpu_bound(shell(std::string{"printf "} + name + " >> log",
                                  folder.path()))));
  CHECK(processes->run(program({"true"})).ok());
  CHECK_FALSE(is_ready(waiting.front()));
  source.request_stop();
  CHECK(holder.get().status == status::cancelled);
  for (auto& result : waiting)
    CHECK(result.get().ok());
  CHECK(read_file(folder.path() / "log") == "abcd");
}

TEST_CASE("a stopped program that waits for a token is reported at once") {
  auto processes = start_runner(tokens(1));
  std::stop_source first;
  std::stop_source second;
  auto holder = start(*processes, cpu_bound(program({"sleep", "1000"})),
                      first.get_token());
  auto stopped = start(*processes, cpu_bound(program({"true"})),
                       second.get_token());
  auto last = start(*processes, cpu_bound(program({"true"})));
  second.request_stop();
  CHECK(stopped.get().status == status::cancelled);
  CHECK_FALSE(is_ready(holder));
  first.request_stop();
  CHECK(last.get().ok());
}

TEST_CASE("a program that fails to start gives its token back") {
  auto processes = start_runner(tokens(1));
  for (int i = 0; i < 5; ++i) {
    CHECK(processes->run(cpu_bound(program({"/no/such/program"}))).status
          == status::start_failed);
    CHECK(processes->run(cpu_bound(program({}))).status
          == status::start_failed);
  }
  CHECK(processes->run(cpu_bound(program({"true"}))).ok());
}

TEST_CASE(
  "waiting for a token counts neither as run time nor for the deadline") {
  auto processes = start_runner(tokens(1));
  auto what = cpu_bound(program({"sleep", "0.5"}));
  what.deadline = 900ms;
  auto first = start(*processes, what);
  auto second = start(*processes, what);
  CHECK(first.get().ok());
  auto result = second.get();
  CHECK(result.ok());
  CHECK(result.wall.count() < 0.9);
}

TEST_CASE("a runner that goes away takes its programs along and reports them") {
  marked_sleep sleep;
  auto processes = start_runner(tokens(1));
  auto running = start(*processes, cpu_bound(shell("exec " + sleep.command())));
  auto waiting = start(*processes, cpu_bound(program({"true"})));
  REQUIRE(eventually([&] { return sleep.running() == 1; }));
  processes.reset();
  CHECK(sleep.running() == 0);
  REQUIRE(is_ready(running));
  REQUIRE(is_ready(waiting));
  CHECK(running.get().status == status::cancelled);
  CHECK(waiting.get().status == status::cancelled);
}

} // namespace cohort::tests::cancellation_test
