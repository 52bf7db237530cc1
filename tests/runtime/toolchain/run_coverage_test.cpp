#include "runtime/toolchain/run_coverage.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include <sys/stat.h>

#include "tests/runtime/toolchain/workspace_folder.hpp"
#include "tests/support/fake_processes.hpp"

namespace cohort::tests::run_coverage_test {

using namespace cohort::runtime;
using namespace cohort::runtime::toolchain;
using namespace cohort::tests;

using command = process::command;
using words = std::vector<std::string>;

namespace {

/// A configured project of two units, with programs that answer well.
struct built_project {
  workspace_folder root;
  fake_processes processes;
  project built;
  process::process_settings limits;

  explicit built_project(const std::string& compiler = "g++") {
    built.source_root = root / "tree";
    built.build_dir = root / "build";
    for (std::string unit : {"a.c", "b.c"}) {
      root.write("tree/" + unit, "int x() {\nreturn 1;\n}\n");
      built.entries.push_back({unit,
                               (root / "build").string(),
                               {compiler, "-o", unit + ".o", "-c", unit}});
      root.write("build/" + unit + ".o", "");
    }
    root.write("build/a.c.gcda", "of an older run");
    root.write("build/a.c.gcno", "");
    root.write("build/b.c.gcno", "");
    processes.on(fake_processes::runs("cmake"),
                 [this](const command&) { return build_ends; });
    processes.on(fake_processes::runs("ctest"), [this](const command&) {
      for (auto& file : noted)
        root.write(file, "");
      return tests_end;
    });
  }

  fake_processes::outcome build_ends = fake_processes::exits(0);
  fake_processes::outcome tests_end = fake_processes::exits(8, "1 test failed");
  words noted; // What the tests write.

  [[nodiscard]] bool has(const std::string& file) const {
    return std::filesystem::exists(root / file);
  }

  pb::CoverageReport run() {
    return run_coverage(built, {}, {}, limits, processes, {});
  }

  [[nodiscard]] std::string gcov_document(const std::string& unit) const {
    return R"({"files": [{"file": ")" + (root / ("tree/" + unit)).string()
           + R"(", "lines": [{"line_number": 2, "count": 1}]}], )"
           + R"("current_working_directory": "/"})" + "\n";
  }
};

words arguments_of(const fake_processes& processes, const std::string& name) {
  for (auto& what : processes.commands())
    if (what.argv.front() == name)
      return what.argv;
  return {};
}

} // namespace

TEST_CASE("a request is instrumented by a file that is written once") {
  workspace_folder root;
  prepare_request request;
  request.toolchain.add_configure_args("-DX=ON");
  auto result = instrument(request, root.path());
  REQUIRE(result);
  auto file = root / "cohort-coverage.cmake";
  REQUIRE(result->toolchain.configure_args_size() == 2);
  CHECK(result->toolchain.configure_args(1)
        == "-DCMAKE_PROJECT_INCLUDE=" + file.string());
  auto long_ago = std::filesystem::file_time_type{};
  std::filesystem::last_write_time(file, long_ago);
  CHECK(instrument(request, root.path()));
  CHECK(std::filesystem::last_write_time(file) == long_ago);
  root.write("cohort-coverage.cmake", "another one");
  CHECK(instrument(request, root.path()));
  CHECK(std::filesystem::file_size(file) > 100);
}

TEST_CASE("gcov is asked about counts, and about units that never ran") {
  built_project project;
  project.processes.on(fake_processes::runs("gcov"), [&](const command&) {
    return fake_processes::exits(0, project.gcov_document("a.c")
                                      + project.gcov_document("b.c"));
  });
  auto report = project.run();
  CHECK(report.failure() == "");
  CHECK(report.available());
  CHECK(report.tool() == "gcov");
  CHECK(report.files_size() == 2);
  auto asked = arguments_of(project.processes, "gcov");
  // The older run's counts were removed, and no test wrote others.
  CHECK(std::count(asked.begin(), asked.end(),
                   (project.root / "build/a.c.gcno").string())
        == 1);
  CHECK(std::count(asked.begin(), asked.end(),
                   (project.root / "build/b.c.gcno").string())
        == 1);
  CHECK_FALSE(project.has("build/a.c.gcda"));
}

TEST_CASE("counts go before what they mean") {
  built_project project;
  project.noted = {"build/a.c.gcda"};
  project.processes.on(fake_processes::runs("gcov"), [&](const command&) {
    return fake_processes::exits(0, project.gcov_document("a.c"));
  });
  CHECK(project.run().files_size() == 1);
  CHECK(arguments_of(project.processes, "gcov")
        == words{"gcov", "--json-format", "--stdout",
                 (project.root / "build/a.c.gcda").string(),
                 (project.root / "build/b.c.gcno").string()});
}

TEST_CASE("what clang's programs noted is merged, and told by all objects") {
  built_project project{"clang++-14"};
  project.noted = {"build/cohort-profiles/1.profraw"};
  project.processes.on_program("llvm-profdata-14", fake_processes::exits(0));
  auto source = (project.root / "tree/a.c").string();
  project.processes.on_program(
    "llvm-cov-14",
    fake_processes::exits(0, "SF:" + source + "\nDA:1,0\nend_of_record\n"));
  auto report = project.run();
  CHECK(report.failure() == "");
  CHECK(report.tool() == "llvm-cov");
  REQUIRE(report.files_size() == 1);
  CHECK(report.files(0).lines() == 1);
  auto asked = arguments_of(project.processes, "llvm-cov-14");
  REQUIRE(asked.size() == 8);
  CHECK(asked[5] == (project.root / "build/a.c.o").string());
  CHECK(asked[7] == (project.root / "build/b.c.o").string());
}

TEST_CASE("profiles of an older run do not count") {
  built_project project{"clang++"};
  project.root.write("build/cohort-profiles/1.profraw", "");
  CHECK(project.run().failure() == "no test noted what it executed");
  CHECK_FALSE(project.has("build/cohort-profiles"));
}

TEST_CASE("a step that fails says which, with its last words") {
  auto failure = [](auto change) {
    built_project project;
    change(project);
    auto report = project.run();
    CHECK(report.available());
    CHECK(report.files().empty());
    return report.failure();
  };
  CHECK(failure([](auto& project) {
          project.build_ends = fake_processes::exits(1, "a.c:1: error: no");
        })
        == "the build failed (exit code 1):\na.c:1: error: no");
  CHECK(failure([](auto& project) {
          project.tests_end
            = fake_processes::ended_as(process::status::timed_out);
        })
        == "ctest gave no verdict (timed out):\n");
  CHECK(failure([](auto& project) {
          project.processes.on_program("gcov",
                                       fake_processes::exits(3, "", "what?"));
        })
        == "gcov failed (exit code 3):\n\nwhat?");
  CHECK(failure([](auto& project) {
          project.processes.on_program("gcov", fake_processes::exits(0, "{}"));
        }).starts_with("document 1 of gcov's output is none of gcov's"));
  CHECK(failure([](auto& project) {
          project.processes.on_program("gcov", fake_processes::exits(0));
        }).starts_with("no line was counted"));
}

TEST_CASE("a pipe that a test made is not read") {
  built_project project;
  std::filesystem::remove(project.root / "tree/a.c");
  REQUIRE(mkfifo((project.root / "tree/a.c").c_str(), 0600) == 0);
  project.processes.on(fake_processes::runs("gcov"), [&](const command&) {
    return fake_processes::exits(0, project.gcov_document("a.c"));
  });
  CHECK(project.run().files().empty());
}

} // namespace cohort::tests::run_coverage_test
