#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "runtime/toolchain/run_coverage.hpp"
#include "tests/runtime/process/real_processes.hpp"
#include "tests/runtime/toolchain/workspace_folder.hpp"

/// Coverage with the compilers, cmake, ctest and gcovr of this machine.
namespace cohort::tests::real_coverage_test {

using namespace cohort::runtime;
using namespace cohort::runtime::toolchain;
using namespace cohort::tests;
using nlohmann::json;

namespace {

constexpr auto calc_header = R"(#pragma once
int pick(int a);
int never(int a);
template <class T>
T twice(T x) {
  if (x > 100)
    return x;
  return x + x;
}
inline int half(int x)
{
  return x / 2;
}
)";

constexpr auto calc_source = R"(#include "calc.hpp"
int pick(int a) {
  if (a > 3)
    return 1;
  else if (a < 0)
    return 2; // GCOV_EXCL_LINE
  // LCOV_EXCL_START
  if (a == 2) {
    return 7;
  }
  // LCOV_EXCL_STOP
  auto f = [](int x) { return x * 2; };
  switch (a) {
    case 1:
    {
      return f(a);
    }
    case 3:
    {
      return half(a);
    }
    default:
      break;
  }
  return static_cast<int>(twice(a) + twice(2.0));
}
)";

/// A library of which one unit is never linked, and a test that fails.
struct real_project {
  workspace_folder root;
  std::unique_ptr<process::runner> processes = start_runner();
  process::process_settings limits;

  explicit real_project(const std::string& compiler) {
    root.write("tree/CMakeLists.txt",
               "cmake_minimum_required(VERSION 3.16)\nproject(p CXX)\n"
               "add_library(calc src/calc.cpp src/never.cpp)\n"
               "target_include_directories(calc PUBLIC src)\n"
               "enable_testing()\n"
               "foreach(name one two)\n"
               "  add_executable(${name} tests/${name}.cpp)\n"
               "  target_link_libraries(${name} calc)\n"
               "  add_test(NAME ${name} COMMAND ${name})\nendforeach()\n");
    root.write("tree/src/calc.hpp", calc_header);
    root.write("tree/src/calc.cpp", calc_source);
    root.write("tree/src/never.cpp", "#include \"calc.hpp\"\n"
                                     "int never(int a) {\n"
                                     "  return half(a);\n}\n");
    root.write("tree/tests/one.cpp", "#include \"calc.hpp\"\n"
                                     "int main() {\n"
                                     "  return pick(5) + pick(4) - 2;\n}\n");
    root.write("tree/tests/two.cpp", "#include \"calc.hpp\"\n"
                                     "int main() {\n  return pick(1);\n}\n");
    request.workspace_root = root / "ws";
    request.tree = root / "tree";
    request.build = root / "build";
    request.toolchain.add_configure_args("-DCMAKE_CXX_COMPILER=" + compiler);
  }

  pb::CoverageReport run(const pb::CoverageUnit& what = {}) {
    auto instrumented = instrument(request, root.path());
    REQUIRE(instrumented);
    auto built = prepare(*instrumented, {}, limits, *processes, {});
    REQUIRE(built);
    REQUIRE(built->has_tests);
    return run_coverage(*built, what, {}, limits, *processes, {});
  }

  prepare_request request;
};

using figures = std::map<std::string, std::pair<uint64_t, uint64_t>>;

figures figures_of(const pb::CoverageReport& report) {
  figures result;
  for (auto& file : report.files())
    result[file.file()] = {file.hit(), file.lines()};
  return result;
}

/// What gcovr says of the build, or nothing where it is not installed.
figures gcovr_figures(const real_project& project) {
  auto out = project.root / "gcovr.json";
  auto told = project.processes->run(shell(
    "gcovr -r tree build --exclude tree/tests --json-summary " + out.string(),
    project.root.path().string()));
  if (!told.ok()) {
    MESSAGE("gcovr gives nothing to compare with: ", told.err, told.message);
    return {};
  }
  figures result;
  auto summary = json::parse(std::ifstream{out});
  for (auto& file : summary.at("files"))
    result["src/" + file.at("filename").get<std::string>().substr(4)]
      = {file.at("line_covered"), file.at("line_total")};
  return result;
}

} // namespace

TEST_CASE("with GCC the figures are gcovr's, also after another run") {
  real_project project{"g++"};
  auto report = project.run();
  CHECK(report.failure() == "");
  CHECK(report.tool() == "gcov");
  auto found = figures_of(report);
  CHECK(found
        == figures{{"src/calc.cpp", {8, 13}},
                   {"src/calc.hpp", {0, 6}},
                   {"src/never.cpp", {0, 2}}});
  auto theirs = gcovr_figures(project);
  if (!theirs.empty())
    CHECK(found == theirs);
  // Less is executed now, and what was before does not count.
  project.root.write("tree/tests/two.cpp", "int main() {\n  return 1;\n}\n");
  CHECK(figures_of(project.run())["src/calc.cpp"].first == 3);
}

TEST_CASE("with clang the figures are llvm-cov's, and changed lines are told") {
  real_project project{"clang++"};
  pb::CoverageUnit what;
  auto& changed = *what.add_changed();
  changed.set_file("src/calc.cpp");
  auto& range = *changed.add_lines();
  range.set_first(12);
  range.set_last(20);
  auto report = project.run(what);
  CHECK(report.failure() == "");
  CHECK(report.tool() == "llvm-cov");
  REQUIRE(report.files_size() == 3);
  CHECK(report.files(0).file() == "src/calc.cpp");
  CHECK(report.files(0).hit() > 0);
  CHECK(report.files(0).changed_hit_size() > 0);
  CHECK(report.files(0).changed_missed_size() > 0);
  CHECK(report.files(2).file() == "src/never.cpp");
  CHECK(report.files(2).hit() == 0);
  CHECK(report.files(2).lines() == 3);
}

TEST_CASE("a build that fails is a failure, not a figure") {
  real_project project{"g++"};
  project.root.write("tree/src/never.cpp", "int never(int a) {\n");
  auto report = project.run();
  CHECK(report.failure().starts_with("the build failed"));
  CHECK(report.files().empty());
}

} // namespace cohort::tests::real_coverage_test
