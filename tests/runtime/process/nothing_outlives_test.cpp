#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <sstream>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/runtime/process/real_processes.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::nothing_outlives_test {

using namespace cohort::tests;
using process::status;
using namespace std::chrono_literals;

namespace {

/// A daemon as the books have it: forks twice, in a session of its own.
std::string daemon(const marked_sleep& sleep) {
  auto command = sleep.command();
  return std::string{"(setsid sh -c '"} + command + " & exec " + command
         + "' > /dev/null 2>&1 &)";
}

/// A job whose parent is dead, in the session of its program.
std::string orphan(const marked_sleep& sleep) {
  return std::string{"("} + sleep.command() + " &)";
}

/// Returns the guardian and the starters of the one runner there is.
std::vector<pid_t> launchers() {
  auto outer = children_of(getpid());
  REQUIRE(outer.size() == 1);
  auto result = children_of(outer.front());
  REQUIRE(!result.empty());
  result.insert(result.begin(), outer.front());
  return result;
}

std::string wait_for_go() {
  return "until [ -e go ]; do sleep 0.01; done";
}

} // namespace

TEST_CASE(
  "a daemon that outlives its program is dead when the program is reported") {
  temp_folder folder;
  marked_sleep sleep;
  auto processes = start_runner();
  auto result = start(*processes, shell(daemon(sleep) + "; " + wait_for_go(),
                                        folder.path()));
  REQUIRE(eventually([&] { return sleep.running() == 2; }));
  write_file(folder.path() / "go");
  CHECK(result.get().ok());
  CHECK(sleep.running() == 0);
}

TEST_CASE("background jobs of a program end with it") {
  temp_folder folder;
  marked_sleep sleep;
  auto processes = start_runner();
  auto result = start(*processes,
                      shell(sleep.command() + " & echo out; " + wait_for_go(),
                            folder.path()));
  REQUIRE(eventually([&] { return sleep.running() == 1; }));
  write_file(folder.path() / "go");
  // The job holds the output pipe open: that must not delay the report.
  auto end = result.get();
  CHECK(end.ok());
  CHECK(end.out == "out\n");
  CHECK(sleep.running() == 0);
}

TEST_CASE(
  "a program's end takes its own strays, and spares other programs' jobs") {
  temp_folder folder;
  marked_sleep ours;
  marked_sleep others;
  auto processes = start_runner();
  auto other = start(*processes, shell(orphan(others) + "; " + wait_for_go(),
                                       folder.path()));
  REQUIRE(eventually([&] { return others.running() == 1; }));
  CHECK(processes->run(shell(daemon(ours))).ok());
  CHECK(ours.running() == 0);
  CHECK(others.running() == 1);
  write_file(folder.path() / "go");
  CHECK(other.get().ok());
  CHECK(others.running() == 0);
}

TEST_CASE("a tree that changed its process groups dies with its program") {
  marked_sleep sleep;
  auto processes = start_runner();
  auto what = shell("set -m; timeout 1000 " + sleep.command()
                    + " & (timeout 1000 " + sleep.command() + " &); wait");
  std::stop_source source;
  auto result = start(*processes, what, source.get_token());
  REQUIRE(eventually([&] { return sleep.running() == 2; }));
  source.request_stop();
  CHECK(result.get().status == status::cancelled);
  CHECK(sleep.running() == 0);
}

TEST_CASE("a small fork bomb is put out") {
  marked_sleep sleep;
  auto processes = start_runner();
  auto what
    = shell("f() { [ $1 -gt 0 ] && { f $(($1-1)) & f $(($1-1)) & }; exec "
            + sleep.command() + "; }; f 5");
  what.deadline = 500ms;
  CHECK(processes->run(what).status == status::timed_out);
  CHECK(sleep.running() == 0);
  // One that leaves the session with each generation, and goes on forking.
  what = shell("i=0; while [ $i -lt 200 ]; do i=$((i+1)); setsid sh -c '"
               + sleep.command() + " & setsid " + sleep.command()
               + " & wait' > /dev/null 2>&1 & done; wait");
  what.deadline = 300ms;
  CHECK(processes->run(what).status == status::timed_out);
  CHECK(sleep.running() == 0);
}

TEST_CASE("signals to the launcher do nothing") {
  auto processes = start_runner();
  auto before = launchers();
  for (auto pid : before)
    for (auto signal :
         {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGCHLD})
      kill(pid, signal);
  CHECK(processes->run(program({"true"})).ok());
  CHECK(launchers() == before);
}

TEST_CASE(
  "a program is in no session with us, so that Ctrl-C does not reach it") {
  auto processes = start_runner();
  auto result = processes->run(shell("cat /proc/$$/stat"));
  std::istringstream facts{result.out}; // pid (sh) state parent group session
  std::string name;
  std::string state;
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  facts >> pid >> name >> state >> parent >> group >> session;
  CHECK(pid > 0);
  CHECK(group == pid);
  CHECK(session == pid);
  for (auto launcher : launchers())
    CHECK(getsid(launcher) != getsid(0));
}

TEST_CASE("kill -9 of any launcher process ends all programs and is reported") {
  size_t count = 1;
  for (size_t which = 0; which < count; ++which) {
    CAPTURE(which);
    marked_sleep sleep;
    auto processes = start_runner();
    auto script = daemon(sleep) + "; " + sleep.command() + " & wait";
    auto result = start(*processes, shell(script));
    auto what = program({"sleep", "1000"});
    what.cpu_bound = true;
    auto holder = start(*processes, what);
    auto waiting = start(*processes, what); // For a token.
    REQUIRE(eventually([&] { return sleep.running() == 3; }));
    auto pids = launchers();
    count = pids.size();
    kill(pids[which], SIGKILL);
    CHECK(result.get().status == status::launcher_lost);
    CHECK(sleep.running() == 0);
    CHECK(holder.get().status == status::launcher_lost);
    CHECK(waiting.get().status == status::launcher_lost);
    CHECK(eventually([&] { return std::ranges::none_of(pids, is_alive); }));
    auto later = processes->run(program({"true"}));
    CHECK(later.status == status::launcher_lost);
    CHECK(process::describe(later) == "the launcher process is gone");
  }
}

TEST_CASE("kill -9 of all launcher processes at once ends the programs") {
  marked_sleep sleep;
  auto processes = start_runner();
  auto result = start(*processes, shell("exec " + sleep.command()));
  REQUIRE(eventually([&] { return sleep.running() == 1; }));
  kill(-launchers().front(), SIGKILL); // Their process group.
  CHECK(result.get().status == status::launcher_lost);
  CHECK(eventually([&] { return sleep.running() == 0; }));
}

// Started by the next test as a process of its own.
TEST_CASE("helper: a process with running programs" * doctest::skip()) {
  auto* script = std::getenv("PROCESS_TEST_SCRIPT");
  REQUIRE(script);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto processes = start_runner();
  CHECK(processes->run(shell(script)).ok());
}

TEST_CASE(
  "kill -9 of the runner's process ends all programs and the launcher") {
  marked_sleep sleep;
  auto script = daemon(sleep) + "; " + sleep.command() + " & wait";
  setenv("PROCESS_TEST_SCRIPT", script.c_str(), 1);
  std::string name = "helper";
  std::string filter = "--test-case=helper: a process with running programs";
  std::string no_skip = "--no-skip";
  char* argv[] = {name.data(), filter.data(), no_skip.data(), nullptr};
  pid_t helper = 0;
  REQUIRE(
    posix_spawn(&helper, "/proc/self/exe", nullptr, nullptr, argv, environ)
    == 0);
  unsetenv("PROCESS_TEST_SCRIPT");
  CHECK(eventually([&] { return sleep.running() == 3; }));
  auto tree = descendants_of(helper);
  CHECK(tree.size() >= 5); // Two launchers, a shell, and what it started.
  kill(helper, SIGKILL);
  waitpid(helper, nullptr, 0);
  CHECK(eventually(
    [&] { return std::none_of(tree.begin(), tree.end(), is_alive); }));
  CHECK(sleep.running() == 0);
}

} // namespace cohort::tests::nothing_outlives_test
