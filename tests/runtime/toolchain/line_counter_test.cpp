#include "runtime/toolchain/line_counter.hpp"

#include <doctest/doctest.h>

#include "tests/runtime/toolchain/workspace_folder.hpp"

namespace cohort::tests::line_counter_test {

using namespace cohort::runtime::toolchain;
using words = std::vector<std::string>;

TEST_CASE("the object files are those that the commands name, each once") {
  project project;
  for (auto object : {"b.o", "sub/../a.o", "/elsewhere/c.o", "b.o"})
    project.entries.push_back(
      {"a.cc", "/build", {"g++", "-c", "/ws/a.cc", "-o", object}});
  project.entries.push_back({"a.cc", "/build", {"g++", "-c", "a.cc"}});
  project.entries.push_back({"a.cc", "/build", {"g++", "a.cc", "-o"}});
  CHECK(object_files(project)
        == words{"/build/a.o", "/build/b.o", "/elsewhere/c.o"});
}

TEST_CASE("a tool has its compiler's version") {
  CHECK(tool_beside("g++", "gcov") == "gcov");
  CHECK(tool_beside("c++", "gcov") == "gcov");
  CHECK(tool_beside("g++-13", "gcov") == "gcov-13");
  CHECK(tool_beside("x86_64-linux-gnu-g++-12", "gcov") == "gcov-12");
  CHECK(tool_beside("x86_64-linux-gnu-g++", "gcov") == "gcov");
  CHECK(tool_beside("clang++-14.0.6", "llvm-cov") == "llvm-cov-14.0.6");
  CHECK(tool_beside("", "gcov") == "gcov");
  CHECK(tool_beside("g++-", "gcov") == "gcov");
}

TEST_CASE("a tool beside its compiler goes before one of that name") {
  workspace_folder root;
  auto tool = root.write("bin/gcov-13", "");
  CHECK(tool_beside((root / "bin/g++-13").string(), "gcov") == tool.string());
  CHECK(tool_beside((root / "bin/g++-12").string(), "gcov") == "gcov-12");
}

} // namespace cohort::tests::line_counter_test
