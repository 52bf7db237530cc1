#include "nodes/log_task.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_folder.hpp"

namespace cohort::tests::log_task_test {

namespace fs = std::filesystem;

namespace {

struct workspace {
  workspace() {
    for (auto* name : {"a.cc", "src/a.cc", "src/deep/b.h", "vector"}) {
      fs::create_directories((root() / name).parent_path());
      std::ofstream{root() / name} << "x";
    }
    fs::create_directory_symlink("src", root() / "link");
  }

  [[nodiscard]] fs::path root() const {
    return fs::canonical(folder.path());
  }
  [[nodiscard]] std::string at(const std::string& path) const {
    return nodes::located(path, root()).value_or("nowhere");
  }

  tests::temp_folder folder;
};

} // namespace

TEST_CASE("a log's path is the workspace's file that its last parts name") {
  workspace here;
  CHECK(here.at("a.cc") == "a.cc");
  CHECK(here.at("/home/ci/p/a.cc") == "a.cc");
  CHECK(here.at("/home/ci/p/src/a.cc") == "src/a.cc");
  CHECK(here.at("C:\\agent\\p\\src\\deep\\b.h") == "src/deep/b.h");
  CHECK(here.at("../src/./a.cc") == "src/a.cc");
  CHECK(here.at("/usr/src/app/src/a.cc") == "src/a.cc");
  CHECK(here.at("build/../src/a.cc") == "src/a.cc");
  CHECK(here.at((here.root() / "src/a.cc").string()) == "src/a.cc");
}

TEST_CASE("what is no file of the workspace is nowhere") {
  workspace here;
  CHECK(here.at("") == "nowhere");
  CHECK(here.at("b.cc") == "nowhere");
  CHECK(here.at("src") == "nowhere");
  CHECK(here.at("/x/link/deep/b.h") == "nowhere");
  CHECK(here.at("../../etc/passwd") == "nowhere");
  CHECK(here.at("/usr/include/c++/12/vector") == "nowhere");
  CHECK(here.at(std::string{"a.cc\0", 5}) == "nowhere");
}

TEST_CASE("paths of any length take no time") {
  workspace here;
  std::string parts;
  for (int i = 0; i < 100'000; ++i)
    parts += "a/";
  CHECK(here.at(parts + "a.cc") == "nowhere");
  CHECK(here.at(parts.substr(0, 4000) + "a.cc") == "a.cc");
}

} // namespace cohort::tests::log_task_test
