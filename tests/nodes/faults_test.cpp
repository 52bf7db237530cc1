#include <doctest/doctest.h>

#include "tests/support/faulty_head.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::faults_test {

using namespace std::chrono_literals;
using namespace cohort;
namespace pb = cohort::messages::v1;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream{path} << text;
}

/// A project with a fault in each of two files.
void write_project(const fs::path& folder) {
  write(folder / "CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.16)\nproject(small CXX)\n"
        "add_library(small area.cc name.cc)\n");
  write(folder / "area.cc",
        "int area() {\n  int squared = 9\n  return squared;\n}\n");
  write(folder / "name.cc",
        "int name() {\n  int length = 4\n  return length;\n}\n");
}

nodes::head_options options_in(const fs::path& folder) {
  nodes::head_options result;
  result.settings.state = folder / "state";
  result.settings.toolchain.gcc = (folder / "gxx").string();
  result.settings.processes.check_timeout = 6s;
  result.settings.council.review_timeout = 500ms;
  nodes::resolve_workers(result, 2, false, 2);
  return result;
}

} // namespace

TEST_CASE("a worker crashes, a judge never answers, a compiler hangs: the rest "
          "is repaired") {
  tests::temp_folder temporary;
  auto& folder = temporary.path();
  write_project(folder / "ws");
  tests::write_hanging_compiler(folder / "gxx", "name.cc");
  auto head = nodes::head::start(options_in(folder));
  REQUIRE(head);
  auto result = tests::run_with_deaths(**head, folder / "ws", "judge conflict",
                                       "worker w1", 120s);
  REQUIRE(result);
  CAPTURE(result->summary());
  CHECK(result->outcome() != pb::TASK_OUTCOME_FAILED);
  CHECK(result->fixes_kept() >= 1);
  REQUIRE(result->patch().files_size() >= 1);
  CHECK(result->patch().files(0) == "area.cc");
  for (auto& verdict : result->verdicts())
    CHECK(verdict.judge() != "conflict");
}

} // namespace cohort::tests::faults_test
