#include <doctest/doctest.h>

#include <sys/stat.h>

#include "runtime/workspace/base_files.hpp"
#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::base_files_test {

using namespace cohort::tests;
using workspace::base_files;
using workspace::refusal;

namespace {

struct bench {
  playground ground;
  base_files files{fs::canonical(ground.root())};

  /// Nothing when the file may be changed.
  std::optional<refusal> closed(const std::string& name) {
    auto& file = files.find(name);
    return file.closed ? std::optional{file.closed->why} : std::nullopt;
  }
};

} // namespace

TEST_CASE("a file is found by all its names, and read once") {
  bench test;
  auto root = test.ground.root();
  write(root / "src/a.h", "int a;\n");
  fs::create_symlink("src", root / "link");
  fs::create_symlink("../src/a.h", root / "src/b.h");
  auto& file = test.files.find("src/a.h");
  CHECK(file.path == "src/a.h");
  CHECK(file.bytes == "int a;\n");
  for (auto& name :
       {(root / "src/a.h").string(), std::string{"./src/../src//a.h"},
        std::string{"link/a.h"}, std::string{"src/b.h"},
        (test.ground.home() / "workspace/link/../src/a.h").string()})
    CHECK(&test.files.find(name) == &file);
  write(root / "src/a.h", "other");
  CHECK(test.files.find("src/a.h").bytes == "int a;\n");
}

TEST_CASE("what lies outside is closed, however it is named") {
  bench test;
  auto home = test.ground.home();
  write(home / "outside/x", "secret");
  write(home / "workspace-2/x", "neighbour");
  fs::create_symlink(home / "outside", test.ground.root() / "link");
  fs::create_symlink(home / "outside/x", test.ground.root() / "file");
  write(test.ground.root() / "sub/.git/config", "[core]\n");
  for (auto& name :
       {std::string{"../outside/x"}, (home / "outside/x").string(),
        std::string{"link/x"}, std::string{"file"}, std::string{"/etc/passwd"},
        std::string{"../../../../etc/none"}, (home / "workspace-2/x").string(),
        std::string{"sub/.git/config"}, test.ground.root().string()}) {
    CAPTURE(name);
    CHECK(test.closed(name) == refusal::outside_workspace);
    CHECK(test.files.find(name).bytes.empty());
    CHECK(test.files.find(name).path == name);
  }
}

TEST_CASE("what is no regular file is closed") {
  bench test;
  auto root = test.ground.root();
  fs::create_directories(root / "folder");
  fs::create_symlink("loop", root / "loop");
  REQUIRE(mkfifo((root / "pipe").c_str(), 0600) == 0);
  write(root / "a", "x");
  for (auto& name :
       {std::string{"none"}, std::string{"folder"}, std::string{"loop"},
        std::string{"pipe"}, std::string{"a/b"}, std::string{},
        std::string{"a\0b", 3}, std::string(5000, 'x')}) {
    CAPTURE(name.substr(0, 20));
    CHECK(test.closed(name) == refusal::unusable_file);
  }
}

TEST_CASE("a file that changed is closed, by all its names") {
  bench test;
  write(test.ground.root() / "a", "x");
  auto name = (test.ground.root() / "a").string();
  CHECK(!test.closed(name));
  test.files.close_changed("a");
  CHECK(test.closed(name) == refusal::stale);
  CHECK(test.closed("a") == refusal::stale);
}

TEST_CASE("a digest is SHA-256") {
  CHECK(workspace::file_digest("abc")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

} // namespace cohort::tests::base_files_test
