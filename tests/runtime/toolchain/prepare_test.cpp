#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "runtime/toolchain/prepare.hpp"
#include "tests/runtime/toolchain/recorded.hpp"
#include "tests/runtime/toolchain/workspace_folder.hpp"
#include "tests/support/fake_processes.hpp"

namespace cohort::tests::prepare_test {

using namespace cohort::runtime;
using namespace cohort::runtime::toolchain;
using namespace cohort::tests;

using words = std::vector<std::string>;
using command = process::command;

namespace {

std::string database(const std::filesystem::path& root) {
  return R"([{"directory": "/", "command": "g++", "file": ")"
         + (root / "a.cc").string() + "\"}]";
}

bool has(const command& what, const std::string& argument) {
  return fake_processes::has_argument(argument)(what);
}

/// A CMake project with a cmake, a ctest and a ninja that answer well.
struct cmake_workspace {
  workspace_folder root;
  fake_processes processes;
  prepare_request request;
  process::process_settings limits;
  std::string test_file;

  cmake_workspace() {
    root.write("ws/CMakeLists.txt", "");
    root.write("tree/CMakeLists.txt", "");
    request.workspace_root = root / "ws";
    request.tree = root / "tree";
    request.build = root / "build";
    limits.build_timeout = std::chrono::seconds{9};
  }

  /// cmake writes a database, and tests where there are any.
  void configures(const std::string& ctest_says) {
    processes.on(fake_processes::has_argument("-S"), [this](const command&) {
      root.write("build/compile_commands.json", database(root / "tree"));
      root.write("build/CTestTestfile.cmake", test_file);
      return fake_processes::exits(0);
    });
    processes.on(fake_processes::runs("ctest"),
                 fake_processes::exits(0, ctest_says));
    processes.on_program("ninja", fake_processes::exits(0));
  }

  expected<project> prepare(std::stop_token stop = {}) {
    return toolchain::prepare(request, {}, limits, processes, std::move(stop));
  }

  command cmake() {
    for (auto& what : processes.commands())
      if (has(what, "-S"))
        return what;
    return {};
  }
};

} // namespace

TEST_CASE("a pipe that a build left where its cache was holds nobody up") {
  cmake_workspace ws;
  ws.configures("Total Tests: 12\n");
  std::filesystem::create_directories(ws.request.build);
  REQUIRE(mkfifo((ws.request.build / "CMakeCache.txt").c_str(), 0600) == 0);
  CHECK(ws.prepare());
  CHECK(has(ws.cmake(), "-G")); // As where there is none.
}

TEST_CASE("a CMake project is configured in cohort's own folder, with Ninja") {
  cmake_workspace ws;
  ws.configures("Total Tests: 12\n");
  ws.request.toolchain.add_configure_args("-DX=ON");
  auto result = ws.prepare();
  REQUIRE(result);
  CHECK(result->source_root == ws.root / "tree");
  CHECK(result->build_dir == ws.root / "build");
  CHECK(result->has_tests);
  CHECK(units_of(*result, {}) == words{"a.cc"});
  CHECK(ws.cmake().argv
        == words{"cmake", "-S", ws.request.tree, "-B", ws.request.build,
                 "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-G", "Ninja",
                 "-DX=ON"});
  CHECK(ws.cmake().deadline == std::chrono::seconds{9});
}

TEST_CASE("where ctest cannot be asked there may be tests") {
  cmake_workspace ws;
  ws.processes.on(fake_processes::runs("ctest"), fake_processes::exits(1));
  ws.configures("Total Tests: 0\n");
  CHECK_FALSE(ws.prepare()->has_tests); // The file names none.
  ws.test_file = "# CMake\n\nadd_test(t \"/t\")\n";
  auto result = ws.prepare();
  REQUIRE(result);
  CHECK(result->has_tests);
}

TEST_CASE("a generator of the user's, or of an earlier time, is kept") {
  {
    cmake_workspace ws;
    ws.configures("Total Tests: 0\n");
    ws.request.toolchain.add_configure_args("-GUnix Makefiles");
    auto result = ws.prepare();
    REQUIRE(result);
    CHECK_FALSE(has(ws.cmake(), "Ninja"));
    CHECK_FALSE(result->has_tests);
  }
  cmake_workspace ws;
  ws.configures("");
  ws.root.write("build/CMakeCache.txt",
                "CMAKE_GENERATOR:INTERNAL=Unix Makefiles\n");
  auto result = ws.prepare();
  REQUIRE(result);
  CHECK_FALSE(has(ws.cmake(), "Ninja"));
  CHECK_FALSE(result->has_tests);
}

TEST_CASE(
  "a build folder of another tree is emptied first, one of this tree is not") {
  cmake_workspace ws;
  ws.configures("");
  ws.root.write("other/x", "");
  ws.root.write("build/old.o", "");
  auto cache = [&](const std::string& home) {
    ws.root.write("build/CMakeCache.txt", "CMAKE_HOME_DIRECTORY:INTERNAL="
                                            + (ws.root / home).string() + "\n");
  };
  cache("tree");
  REQUIRE(ws.prepare());
  CHECK(std::filesystem::exists(ws.root / "build/old.o"));
  cache("other");
  REQUIRE(ws.prepare());
  CHECK_FALSE(std::filesystem::exists(ws.root / "build/old.o"));
}

TEST_CASE("when cmake fails the end of its words is told") {
  cmake_workspace ws;
  std::string said;
  for (int i = 0; i < 100; ++i)
    said += "line " + std::to_string(i) + "\n";
  ws.processes.on(fake_processes::has_argument("-S"),
                  fake_processes::exits(1, "",
                                        said + "CMake Error: caf\xe9\n\n"));
  auto result = ws.prepare();
  REQUIRE_FALSE(result);
  auto& error = result.error();
  CHECK(error.code == errc::no_toolchain);
  CHECK(error.message.find("exit code 1") != std::string::npos);
  CHECK(error.message.ends_with("CMake Error: caf?"));
  CHECK(error.message.find("line 99\n") != std::string::npos);
  CHECK(error.message.find("line 60\n") == std::string::npos);
}

TEST_CASE("a cmake that is not there, or compiles nothing, is no toolchain") {
  cmake_workspace ws;
  auto result = ws.prepare();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::no_toolchain);
  ws.root.write("build/compile_commands.json",
                database(ws.root / "tree")); // Out of date.
  ws.processes.on(fake_processes::has_argument("-S"), fake_processes::exits(0));
  result = ws.prepare();
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("the project compiles nothing")
        != std::string::npos);
}

TEST_CASE("configuring can be cancelled") {
  cmake_workspace ws;
  ws.configures("");
  std::stop_source stop;
  stop.request_stop();
  auto result = ws.prepare(stop.get_token());
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::cancelled);
}

TEST_CASE("a named database is the user's: nothing is run") {
  cmake_workspace ws;
  ws.root.write("ws/out/compile_commands.json", database(ws.root / "ws"));
  for (auto& folder : {(ws.root / "ws/out").string(), std::string{"out"}}) {
    ws.request.toolchain.set_compile_commands_dir(folder);
    auto result = ws.prepare();
    REQUIRE(result);
    CHECK(result->source_root == ws.root / "ws");
    CHECK(result->build_dir == ws.root / "ws/out");
    CHECK_FALSE(result->has_tests);
  }
  CHECK(ws.processes.commands().empty());
}

TEST_CASE("without CMake a database of the workspace is used, or the error "
          "says what to do") {
  cmake_workspace ws;
  std::filesystem::remove(ws.root / "tree/CMakeLists.txt");
  auto result = ws.prepare();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::no_toolchain);
  CHECK(result.error().message.find("-p") != std::string::npos);
  ws.root.write("ws/build/compile_commands.json", database(ws.root / "ws"));
  result = ws.prepare();
  REQUIRE(result);
  CHECK(result->build_dir == ws.root / "ws/build");
}

TEST_CASE("tests are built and run, and every one has a verdict") {
  cmake_workspace ws;
  ws.limits.cpu_tokens = 3;
  ws.processes.on_program("cmake", fake_processes::exits(0));
  ws.processes.on(fake_processes::runs("ctest"), [&](const command& what) {
    CHECK(what.working_directory == ws.request.build.string());
    CHECK(has(what, "3"));
    ws.root.write("build/cohort-tests.xml", recorded("ctest.junit"));
    return fake_processes::exits(8); // Some failed.
  });
  auto report = run_tests({}, ws.request.build, {}, ws.limits, ws.processes,
                          {});
  CHECK(report.available());
  CHECK(report.failure().empty());
  REQUIRE(report.cases_size() == 7);
  CHECK(report.cases(0).name() == "bad & <b> \"q\"");
  CHECK_FALSE(report.cases(0).passed());
  CHECK(report.cases(2).name() == "good");
  CHECK(report.cases(2).passed());
  auto build = ws.processes.commands().front();
  CHECK(build.argv == words{"cmake", "--build", ws.request.build, "-j", "3"});
}

TEST_CASE(
  "a build that fails is told with its last words, and no test is run") {
  cmake_workspace ws;
  ws.processes.on_program(
    "cmake", fake_processes::exits(2, "a.cc:1: error: caf\xe9\n", ""));
  auto report = run_tests({}, ws.request.build, {}, ws.limits, ws.processes,
                          {});
  CHECK(report.available());
  CHECK(report.cases().empty());
  CHECK(report.failure().find("exit code 2") != std::string::npos);
  CHECK(report.failure().find("error: caf?") != std::string::npos);
  CHECK(ws.processes.commands().size() == 1);
}

TEST_CASE("a ctest that dies, or writes nothing, gives no verdict; an old one "
          "does not count") {
  cmake_workspace ws;
  ws.root.write("build/cohort-tests.xml", recorded("ctest.junit"));
  ws.processes.on_program("cmake", fake_processes::exits(0));
  ws.processes.on_program(
    "ctest", fake_processes::exits(1, "", "ctest: no such option\n"));
  auto report = run_tests({}, ws.request.build, {}, ws.limits, ws.processes,
                          {});
  CHECK(report.cases().empty());
  CHECK(report.failure().find("no such option") != std::string::npos);

  cmake_workspace slow;
  slow.processes.on_program("cmake", fake_processes::exits(0));
  slow.processes.on(fake_processes::runs("ctest"), [&](const command&) {
    slow.root.write("build/cohort-tests.xml", recorded("ctest.junit"));
    return fake_processes::ended_as(process::status::timed_out);
  });
  report = run_tests({}, slow.request.build, {}, slow.limits, slow.processes,
                     {});
  CHECK(report.failure().find("timed out") != std::string::npos);
}

} // namespace cohort::tests::prepare_test
