#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "runtime/process/launcher.hpp"
#include "runtime/toolchain/prepare.hpp"
#include "runtime/workspace/edits.hpp"
#include "tests/runtime/process/real_processes.hpp"
#include "tests/runtime/toolchain/workspace_folder.hpp"

namespace cohort::tests::real_compilers_test {

/// The compilers, cmake and ctest of this machine; what is not installed is not
/// asked.
using namespace cohort::runtime;
using namespace cohort::runtime::toolchain;
using namespace cohort::tests;

namespace pb = cohort::messages::v1;
using words = std::vector<std::string>;

namespace {

struct machine {
  workspace_folder root;
  std::unique_ptr<process::runner> processes = start_runner();
  process::process_settings limits;

  machine() {
    root.write("ws/build/x", "");
    root.write("tree/x", "");
  }

  /// A project of one unit, whose sources are put into the worktree.
  project with_unit(const std::map<std::string, std::string>& files,
                    const std::string& unit, words arguments) {
    for (auto& [name, bytes] : files)
      root.write("tree/" + name, bytes);
    project result;
    result.source_root = root / "ws";
    result.build_dir = root / "ws/build";
    result.entries.push_back(
      {unit, (root / "ws/build").string(), std::move(arguments)});
    return result;
  }

  pb::UnitReport check(const project& project, const std::string& compiler) {
    auto& unit = project.entries.front().unit;
    auto command = check_command(project, unit, compiler, root / "tree", {},
                                 limits, {});
    REQUIRE(command);
    auto result = processes->run(*command);
    return read_check(project, unit, compiler, root / "tree", result);
  }
};

words reads(const pb::UnitReport& report) {
  return {report.reads().begin(), report.reads().end()};
}

} // namespace

TEST_CASE("real compilers report, offer a fix and list what they read") {
  machine here;
  const std::string source = "#include \"s.h\"\n#include <cstddef>\n\n"
                             "int f(const S& s) {\n\treturn s.lenght;\n}\n";
  auto project = here.with_unit(
    {{"src/a.cc", source},
     {"include/s.h",
      "#pragma once\n#include \"t u.h\"\nstruct S {\n  int length;\n};\n"},
     {"include/t u.h", ""}},
    "src/a.cc",
    {"ccache", "g++", "-isystem", "../include", "-Werror", "-Wall", "-o", "a.o",
     "-c", (here.root / "ws/src/a.cc").string()});
  for (auto& compiler : installed_compilers(project, {}, *here.processes)) {
    CAPTURE(compiler);
    auto report = here.check(project, compiler);
    CHECK_FALSE(report.ok());
    CHECK(report.failure() == "");
    CHECK(reads(report) == words{"include/s.h", "include/t u.h", "src/a.cc"});
    REQUIRE(report.diagnostics_size() == 1);
    auto& error = report.diagnostics(0);
    CHECK(error.location().file() == "src/a.cc");
    CHECK(error.location().line() == 5);
    CHECK(error.message().find("'lenght'") != std::string::npos);
    REQUIRE(error.fixes_size() == 1);
    auto& fix = error.fixes(0);
    auto fixed = workspace::apply_edits(source, {fix.edits().begin(),
                                                 fix.edits().end()});
    REQUIRE(fixed);
    CHECK(fixed->find("return s.length;") != std::string::npos);
    here.root.write("tree/src/a.cc", *fixed);
    CHECK(here.check(project, compiler).ok());
    here.root.write("tree/src/a.cc", source);
  }
}

TEST_CASE("after a real fatal error the reads are complete, and /dev/stdout is "
          "still there") {
  machine here;
  auto project
    = here.with_unit({{"a.cc", "#include \"b.h\"\nint x;\n"},
                      {"b.h", "#include \"c.h\"\n#include \"nope.h\"\n"},
                      {"c.h", ""},
                      {"force.h", "#include \"forced.h\"\n"},
                      {"forced.h", ""}},
                     "a.cc", {"g++", "-include", "../force.h"});
  auto was = std::filesystem::symlink_status("/dev/stdout").type();
  for (auto& compiler : installed_compilers(project, {}, *here.processes)) {
    CAPTURE(compiler);
    auto report = here.check(project, compiler);
    CHECK_FALSE(report.ok());
    CHECK(report.failure() == "");
    REQUIRE(report.diagnostics_size() == 1);
    CHECK(report.diagnostics(0).severity() == pb::SEVERITY_FATAL);
    CHECK(report.diagnostics(0).location().file() == "b.h");
    CHECK(reads(report) == words{"a.cc", "b.h", "c.h", "force.h", "forced.h"});
  }
  CHECK(std::filesystem::symlink_status("/dev/stdout").type() == was);
}

TEST_CASE("real compilers that do not know an option give no verdict") {
  machine here;
  auto project = here.with_unit({{"a.cc", "int x;\n"}}, "a.cc",
                                {"g++", "-fno-such-option-at-all"});
  if (installed_compilers(project, {}, *here.processes).empty())
    return;
  auto report = here.check(project, "gcc");
  CHECK_FALSE(report.ok());
  CHECK(report.failure().find("-fno-such-option-at-all") != std::string::npos);
}

TEST_CASE("a clang that crashes gives no verdict") {
  machine here;
  auto project = here.with_unit(
    {{"a.cc", "int b = zz;\n#pragma clang __debug crash\nint c;\n"}}, "a.cc",
    {"clang++"});
  auto installed = installed_compilers(project, {}, *here.processes);
  if (std::find(installed.begin(), installed.end(), "clang") == installed.end())
    return;
  auto report = here.check(project, "clang");
  CHECK_FALSE(report.ok());
  CHECK(report.failure().find("frontend command failed") != std::string::npos);
}

TEST_CASE("a C unit is checked as C") {
  machine here;
  auto project = here.with_unit(
    {{"a.c", "int *class(void) { return malloc(3); }\n#include <stdlib.h>\n"
             "int *new(void) { return malloc(3); }\n"}},
    "a.c", {"cc", "-c", "a.c"});
  here.root.write(
    "tree/a.c",
    "#include <stdlib.h>\nint *class(void) { return malloc(3); }\n");
  for (auto& compiler : installed_compilers(project, {}, *here.processes)) {
    CAPTURE(compiler);
    auto report = here.check(project, compiler);
    CHECK(report.failure() == "");
    CHECK(report.ok());
  }
}

TEST_CASE("a real CMake project is configured, built and tested") {
  machine here;
  for (auto tool : {"cmake", "ctest", "g++"})
    if (!here.processes->run(program({tool, "--version"})).ok())
      return;
  here.root.write(
    "tree/CMakeLists.txt",
    "cmake_minimum_required(VERSION 3.19)\nproject(p CXX)\nenable_testing()\n"
    "add_executable(a a.cc)\ntarget_precompile_headers(a PRIVATE pre.h)\n"
    "add_test(NAME good COMMAND a)\nadd_test(NAME \"bad one\" COMMAND a x)\n");
  here.root.write("tree/a.cc",
                  "int main(int argc, char**) { return argc - base; }\n");
  here.root.write("tree/pre.h", "constexpr int base = 1;\n");
  prepare_request request;
  request.workspace_root = here.root / "ws";
  request.tree = here.root / "tree";
  request.build = here.root / "build";
  auto project = prepare(request, {}, here.limits, *here.processes, {});
  REQUIRE(project);
  CHECK(project->has_tests);
  CHECK(units_of(*project, {}) == words{"a.cc"});
  // Another worktree's header counts, not that of the tree that was configured.
  here.root.write("slot/a.cc",
                  "int main(int argc, char**) { return argc - base; }\n");
  here.root.write("slot/pre.h", "constexpr int bose = 1;\n");
  auto command = check_command(*project, "a.cc", "gcc", here.root / "slot", {},
                               here.limits, {});
  REQUIRE(command);
  auto report = read_check(*project, "a.cc", "gcc", here.root / "slot",
                           here.processes->run(*command));
  CHECK_FALSE(report.ok());
  CHECK(reads(report) == words{"a.cc", "pre.h"});

  auto tests = run_tests({}, request.build, {}, here.limits, *here.processes,
                         {});
  CHECK(tests.failure() == "");
  REQUIRE(tests.cases_size() == 2);
  CHECK(tests.cases(0).name() == "bad one");
  CHECK_FALSE(tests.cases(0).passed());
  CHECK(tests.cases(1).passed());

  pb::TestUnit twice;
  twice.add_only("good");
  twice.set_runs(2);
  tests = run_tests(twice, request.build, {}, here.limits, *here.processes, {});
  REQUIRE(tests.cases_size() == 1);
  CHECK(tests.cases(0).name() == "good");
  CHECK(tests.cases(0).runs() == 2);
  CHECK(tests.cases(0).failures() == 0);
  twice.set_only(0, "bad one");
  tests = run_tests(twice, request.build, {}, here.limits, *here.processes, {});
  REQUIRE(tests.cases_size() == 1);
  CHECK(tests.cases(0).failures() == 2);
  twice.set_only(0, "g..d|good+("); // A name, and no pattern.
  tests = run_tests(twice, request.build, {}, here.limits, *here.processes, {});
  CHECK(tests.cases().empty());

  here.root.write("tree/a.cc", "int main() { return zz; }\n");
  tests = run_tests({}, request.build, {}, here.limits, *here.processes, {});
  CHECK(tests.cases().empty());
  CHECK(tests.failure().find("zz") != std::string::npos);
}

} // namespace cohort::tests::real_compilers_test
