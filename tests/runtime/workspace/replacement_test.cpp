#include <doctest/doctest.h>

#include "runtime/workspace/file_identity.hpp"
#include "runtime/workspace/replacement.hpp"
#include "tests/runtime/workspace/playground.hpp"

namespace cohort::tests::replacement_test {

using namespace cohort::tests;
using cohort::runtime::errc;
using workspace::replacement;

namespace {

struct bench {
  temp_folder folder;
  fs::path file = folder.path() / "a.cc";
  struct stat seen {};

  bench() {
    write(file, "old");
    chmod(file.c_str(), 0751);
    seen = *workspace::stat_of(file);
  }

  auto stage() {
    auto staged = replacement::stage(file, seen, "new");
    REQUIRE(staged);
    return std::move(*staged);
  }

  [[nodiscard]] size_t entries() const {
    return contents(folder.path()).size();
  }
};

} // namespace

TEST_CASE("a file is replaced with its mode, and nothing is left beside it") {
  bench test;
  {
    auto staged = test.stage();
    CHECK(read(test.file) == "old");
    CHECK(test.entries() == 2);
    REQUIRE(staged.put_in_place());
  }
  CHECK(read(test.file) == "new");
  CHECK((workspace::stat_of(test.file)->st_mode & 07777) == 0751);
  CHECK(test.entries() == 1);
}

TEST_CASE("what is staged and not put in place goes away") {
  bench test;
  { auto staged = test.stage(); }
  CHECK(read(test.file) == "old");
  CHECK(test.entries() == 1);
}

TEST_CASE("a file that changed meanwhile keeps what it has") {
  bench test;
  auto staged = test.stage();
  CHECK(staged.is_current());
  SUBCASE("in its content") {
    write(test.file, "the user's own");
  }
  SUBCASE("in its mode") {
    chmod(test.file.c_str(), 0600);
  }
  SUBCASE("by being replaced") {
    write(test.folder.path() / "b", "old");
    fs::rename(test.folder.path() / "b", test.file);
  }
  SUBCASE("into a link") {
    fs::rename(test.file, test.folder.path() / "b");
    fs::create_symlink("b", test.file);
  }
  auto before = contents(test.folder.path());
  CHECK(!staged.is_current());
  auto put = staged.put_in_place();
  REQUIRE(!put);
  CHECK(put.error().code == errc::workspace_moved);
  CHECK(put.error().message.find("a.cc") != std::string::npos);
  CHECK(contents(test.folder.path()) == before);
}

TEST_CASE("a file that is gone is not made anew") {
  bench test;
  auto staged = test.stage();
  fs::remove(test.file);
  CHECK(!staged.put_in_place());
  CHECK(!fs::exists(test.file));
}

TEST_CASE("a folder where nothing can be written is an error") {
  bench test;
  auto staged = replacement::stage(test.folder.path() / "none/a.cc", test.seen,
                                   "new");
  REQUIRE(!staged);
  CHECK(staged.error().code == errc::storage_failed);
}

} // namespace cohort::tests::replacement_test
