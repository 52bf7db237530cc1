#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/runtime/process/real_processes.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::outcomes_test {

using namespace cohort::tests;
using process::status;
using namespace std::chrono_literals;

TEST_CASE("exit code, output and error output come back") {
  auto processes = start_runner();
  auto result = processes->run(shell("echo out; echo err >&2; exit 3"));
  CHECK(result.status == status::exited);
  CHECK(result.exit_code == 3);
  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
  CHECK(result.wall.count() > 0);
  CHECK_FALSE(result.ok());
  CHECK(process::describe(result) == "exit code 3");
  CHECK(processes->run(program({"true"})).ok());
}

TEST_CASE("a program that dies of a signal reports which") {
  auto processes = start_runner();
  auto result = processes->run(shell("kill -SEGV $$"));
  CHECK(result.status == status::signalled);
  CHECK(result.signal == SIGSEGV);
  CHECK(process::describe(result) == "signal 11");
}

TEST_CASE("CPU time of the tree is counted") {
  auto processes = start_runner();
  auto result
    = processes->run(shell("i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done"));
  CHECK(result.ok());
  CHECK(result.cpu.count() > 0);
  CHECK(result.cpu.count() < result.wall.count() + 0.1);
}

TEST_CASE("what cannot be started says why, and the runner goes on") {
  temp_folder folder;
  std::ofstream{folder.path() / "plain"} << "text";
  std::ofstream{folder.path() / "garbage"} << "\x01\x02garbage";
  std::filesystem::permissions(folder.path() / "garbage",
                               std::filesystem::perms::owner_all);
  auto processes = start_runner();
  auto failure = [&](process::command what) {
    auto result = processes->run(std::move(what));
    CHECK(result.status == status::start_failed);
    CHECK(process::describe(result) == result.message);
    return result.message;
  };
  CHECK(failure(program({"no-such-program-here"})).find("in PATH")
        != std::string::npos);
  CHECK(failure(program({"/no/such/program"})).find("no such file")
        != std::string::npos);
  CHECK(failure(program({folder.path() / "plain"})).find("not executable")
        != std::string::npos);
  CHECK(failure(program({folder.path()})).find("not executable")
        != std::string::npos);
  CHECK(failure(program({folder.path() / "garbage"})).find("format")
        != std::string::npos);
  CHECK(failure(shell("true", "/no/such/folder")).find("/no/such/folder")
        != std::string::npos);
  CHECK(failure(program({})).find("argv is empty") != std::string::npos);
  CHECK(failure(program({"echo", std::string(200'000, 'x')})).find("too long")
        != std::string::npos);
  CHECK(processes->run(program({"true"})).ok());
}

TEST_CASE(
  "a program runs in its folder, and is looked up in the PATH that it gets") {
  temp_folder folder;
  auto where = std::filesystem::canonical(folder.path()).string();
  std::ofstream{where + "/tool"} << "#!/bin/sh\necho tool in $(pwd)\n";
  std::filesystem::permissions(where + "/tool",
                               std::filesystem::perms::owner_all);
  // A folder named like the tool comes first in PATH and must be passed over.
  std::filesystem::create_directories(where + "/first/tool");
  auto processes = start_runner();
  auto what = program({"tool"});
  what.working_directory = where;
  what.environment = {{"PATH", where + "/first:" + where + ":/usr/bin:/bin"}};
  CHECK(processes->run(what).out == "tool in " + where + "\n");
  what.argv = {"./tool"};
  CHECK(processes->run(what).out == "tool in " + where + "\n");
  what.argv = {"pwd"};
  what.working_directory.clear();
  CHECK(processes->run(what).out == "/\n");
}

TEST_CASE("the environment does not leak") {
  setenv("SECRET", "leaked", 1);
  setenv("COHORT_TEST", "passed", 1);
  process::process_settings settings;
  settings.pass_environment = {"HOME"};
  setenv("HOME", "/root", 1);
  auto processes = start_runner(settings);
  auto what = program({"/usr/bin/env"});
  what.environment = {{"EXTRA", "1"}, {"EXTRA", "2"}};
  CHECK(processes->run(what).out
        == "COHORT_TEST=passed\nEXTRA=2\nHOME=/root\nLC_ALL=C\n");
  unsetenv("SECRET");
  unsetenv("COHORT_TEST");
}

TEST_CASE("a program has three descriptors and no blocked or ignored signal") {
  auto leaking = open("/dev/null", O_RDONLY); // Without close-on-exec.
  std::signal(SIGPIPE, SIG_IGN);
  auto processes = start_runner();
  CHECK(processes->run(program({"ls", "/proc/self/fd"})).out == "0\n1\n2\n3\n");
  auto signals = processes->run(
    program({"sed", "-nE", "s/^Sig(Blk|Ign):\t//p", "/proc/self/status"}));
  // 32 and 33 are the C library's own; whoever started us may ignore them.
  uint64_t ours = ~(3ULL << 31);
  CHECK((std::stoull(signals.out.substr(0, 16), nullptr, 16) & ours) == 0);
  CHECK((std::stoull(signals.out.substr(17, 16), nullptr, 16) & ours) == 0);
  std::signal(SIGPIPE, SIG_DFL);
  close(leaking);
}

TEST_CASE("memory is limited, and no core is dumped") {
  auto processes = start_runner();
  auto what = shell("ulimit -v; ulimit -c");
  what.memory_limit_bytes = 1ULL << 30;
  CHECK(processes->run(what).out == "1048576\n0\n");
  what = program({"dd", "if=/dev/zero", "of=/dev/null", "bs=500M", "count=1"});
  what.memory_limit_bytes = 100ULL << 20;
  auto result = processes->run(what);
  CHECK(result.status == status::exited);
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("memory") != std::string::npos);
}

TEST_CASE("ten megabytes of output arrive whole, on both streams at once") {
  auto processes = start_runner();
  auto result = processes->run(
    shell("head -c 10000000 /dev/zero & head -c 10000000 /dev/zero >&2; wait"));
  CHECK(result.ok());
  CHECK(result.out == std::string(10'000'000, '\0'));
  CHECK(result.err == std::string(10'000'000, '\0'));
}

TEST_CASE(
  "a program is killed at its output limit, and what came before is kept") {
  auto processes = start_runner();
  auto what = program({"head", "-c", "1000", "/dev/zero"});
  what.output_limit_bytes = 1000;
  CHECK(processes->run(what).ok());
  what.output_limit_bytes = 999;
  auto result = processes->run(what);
  CHECK(result.status == status::output_exceeded);
  CHECK(result.out.size() == 999);
  what = program({"yes"});
  what.output_limit_bytes = 100'000;
  result = processes->run(what);
  CHECK(result.status == status::output_exceeded);
  CHECK(result.out.size() == 100'000);
  what = shell("echo fine; yes >&2");
  what.output_limit_bytes = 100'000;
  result = processes->run(what);
  CHECK(result.status == status::output_exceeded);
  CHECK(result.out == "fine\n");
  CHECK(result.err.size() == 100'000);
}

TEST_CASE("input goes through cat, however large") {
  auto processes = start_runner();
  auto what = program({"cat"});
  CHECK(processes->run(what).out.empty());
  for (size_t size : {1U, 70'000U, 5'000'000U}) {
    what.input.assign(size, 'x');
    what.input.back() = '\n';
    auto result = processes->run(what);
    CHECK(result.ok());
    CHECK(result.out == what.input);
  }
}

TEST_CASE("a program need not read its input") {
  auto processes = start_runner();
  auto what = program({"true"});
  what.input.assign(5'000'000, 'x');
  CHECK(processes->run(what).ok());
}

TEST_CASE("a long command line arrives whole") {
  auto processes = start_runner();
  std::vector<std::string> argv{"echo"};
  std::string words;
  for (int i = 0; i < 5000; ++i) {
    argv.push_back(std::string(80, 'a') + std::to_string(i));
    words += argv.back() + (i < 4999 ? " " : "\n");
  }
  auto result = processes->run(program(argv));
  CHECK(result.ok());
  CHECK(result.out == words);
}

TEST_CASE("a pipe that somebody else holds open does not delay the end") {
  temp_folder folder;
  auto processes = start_runner();
  auto result = start(*processes,
                      shell("echo hi; echo $$ > pid; until [ -e go ]; do sleep "
                            "0.01; done",
                            folder.path()));
  auto pid = pid_in(folder.path() / "pid");
  auto held = open(("/proc/" + std::to_string(pid) + "/fd/1").c_str(),
                   O_WRONLY);
  REQUIRE(held >= 0);
  write_file(folder.path() / "go");
  REQUIRE(result.wait_for(10s) == std::future_status::ready);
  CHECK(result.get().out == "hi\n");
  close(held);
}

TEST_CASE("five hundred programs at once all end well") {
  auto processes = start_runner();
  std::vector<std::future<process::outcome>> results;
  for (int i = 0; i < 500; ++i)
    results.push_back(start(*processes, program({"/bin/true"})));
  for (auto& result : results)
    CHECK(result.get().ok());
}

TEST_CASE("starts wait while no descriptors are left") {
  auto processes = start_runner();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit few{40, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &few);
  std::vector<std::future<process::outcome>> results;
  for (int i = 0; i < 100; ++i)
    results.push_back(
      start(*processes, program({"/bin/echo", std::to_string(i)})));
  for (int i = 0; i < 100; ++i)
    CHECK(results[static_cast<size_t>(i)].get().out
          == std::to_string(i) + "\n");
  rlimit none{3, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  auto result = processes->run(program({"/bin/true"}));
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(result.status == status::start_failed);
  CHECK(result.message.find("ulimit -n") != std::string::npos);
}

TEST_CASE("a completion may start the next program") {
  auto processes = start_runner();
  std::promise<std::string> end;
  auto& runner = *processes;
  runner.start(program({"echo", "one"}), {}, [&](process::outcome first) {
    // The second is refused at once, within `start`'s own thread.
    runner.start(program({}), {}, [&, first](process::outcome second) {
      CHECK(second.status == status::start_failed);
      runner.start(program({"echo", "three"}), {},
                   [&, first](process::outcome third) {
                     end.set_value(first.out + third.out);
                   });
    });
  });
  CHECK(end.get_future().get() == "one\nthree\n");
}

} // namespace cohort::tests::outcomes_test
