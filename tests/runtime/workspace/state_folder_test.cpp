#include "runtime/workspace/state_folder.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "tests/support/temp_folder.hpp"

namespace cohort::tests::state_folder_test {

using namespace cohort::runtime;
using workspace::state_folder;
namespace fs = std::filesystem;

TEST_CASE("a state folder is made, private, and held by one process") {
  cohort::tests::temp_folder here;
  auto path = here.path() / "deep" / "state";
  auto first = state_folder::open(path);
  REQUIRE(first);
  CHECK((fs::status(path).permissions() & fs::perms::others_all)
        == fs::perms::none);
  CHECK(first->store().parent_path() == path);
  auto second = state_folder::open(path);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::state_locked);
  CHECK(second.error().message.find(std::to_string(getpid()))
        != std::string::npos);
}

TEST_CASE("what was held can be had again") {
  cohort::tests::temp_folder here;
  {
    auto first = state_folder::open(here.path());
    REQUIRE(first);
    auto moved = std::move(*first);
    CHECK_FALSE(state_folder::open(here.path()));
  }
  CHECK(state_folder::open(here.path()));
}

TEST_CASE("a path that cannot be one is said") {
  cohort::tests::temp_folder here;
  std::ofstream{here.path() / "file"} << "x";
  auto opened = state_folder::open(here.path() / "file" / "state");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == errc::storage_failed);
  CHECK(opened.error().message.find("file/state") != std::string::npos);
}

TEST_CASE("the default follows XDG_STATE_HOME, then HOME") {
  setenv("XDG_STATE_HOME", "/x/state", 1);
  CHECK(state_folder::default_path() == "/x/state/cohort");
  unsetenv("XDG_STATE_HOME");
  setenv("HOME", "/h", 1);
  CHECK(state_folder::default_path() == "/h/.local/state/cohort");
}

TEST_CASE("what a killed process left half written is gone, and nothing else") {
  cohort::tests::temp_folder here;
  auto put = [&](const std::string& name) {
    auto file = here.path() / name;
    fs::create_directories(file.parent_path());
    std::ofstream{file} << "x";
    return file;
  };
  // 4194304 is above every process id of Linux; 1 is always alive.
  std::vector<fs::path> left{
    put(".cohort-4194304-7-0.tmp/HEAD"),
    put("patches/.cohort-4194304-7-0.tmp"),
    put("patches/.cohort-" + std::to_string(getpid()) + "-7-0.tmp"),
    put("store.git/HEAD.lock"),
    put("store.git/objects/tmp_object_git2_Xy12Zz"),
    put("store.git/refs/cohort/t1/base.lock"),
  };
  std::vector<fs::path> kept{
    put("patches/.cohort-1-7-0.tmp"),
    put("patches/t1.patch"),
    put("patches/.cohort-4194304-7-0.tmp.mine"),
    put("store.git/HEAD"),
    put("store.git/cohort.lock"),
    put("store.git/objects/ab/cdef"),
    put("store.git/refs/cohort/t1/base"),
  };
  REQUIRE(state_folder::open(here.path()));
  for (auto& file : left) {
    CAPTURE(file);
    CHECK(!fs::exists(file));
  }
  for (auto& file : kept) {
    CAPTURE(file);
    CHECK(fs::exists(file));
  }
}

} // namespace cohort::tests::state_folder_test
