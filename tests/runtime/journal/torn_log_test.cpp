#include "runtime/journal/torn_log.hpp"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::torn_log_test {

using namespace cohort::tests;
using namespace cohort::runtime::journal;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary} << bytes;
}

/// A journal as a process that was killed left it: several transactions stand
/// in its log.
struct killed {
  temp_folder folder;
  fs::path file = folder.path() / "journal.db";
  fs::path wal = folder.path() / "journal.db-wal";

  explicit killed(int appends = 8) {
    temp_folder alive;
    auto log = open_log(alive.path() / "journal.db");
    for (int i = 1; i <= appends; ++i)
      append(*log, {event_of("a", static_cast<uint32_t>(i))});
    for (auto* name :
         {"journal.db", "journal.db-wal", "audit.key", "audit.pub"})
      fs::copy_file(alive.path() / name, folder.path() / name);
  }

  [[nodiscard]] std::optional<torn_end> torn() const {
    auto found = find_torn_end(wal);
    REQUIRE(found.has_value());
    return *found;
  }
};

} // namespace

TEST_CASE("a log that a killed process left is whole, and so is none") {
  killed journal;
  CHECK_FALSE(journal.torn());
  auto copy = set_torn_end_aside(journal.file, journal.folder.path() / "aside");
  REQUIRE(copy.has_value());
  CHECK(copy->empty());
  CHECK(count_gapless(*open_log(journal.file), "a") == 8);
  fs::remove(journal.wal);
  CHECK_FALSE(journal.torn());
}

TEST_CASE("what an earlier use of the file left behind is no part of it") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  auto log = open_log(file);
  for (uint32_t i = 1; i <= 40; ++i)
    append(*log, {event_of("a", i)});
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  CHECK(sqlite3_exec(handle, "PRAGMA wal_checkpoint(RESTART)", nullptr, nullptr,
                     nullptr)
        == SQLITE_OK);
  sqlite3_close(handle);
  append(*log, {event_of("a", 41)});
  auto found = find_torn_end(folder.path() / "journal.db-wal");
  REQUIRE(found.has_value());
  CHECK_FALSE(*found);
}

TEST_CASE("what was never committed is nothing that is torn") {
  temp_folder alive;
  auto file = alive.path() / "journal.db";
  auto log = open_log(file);
  append(*log, {event_of("a", 1)});
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  auto run = [&](const char* sql) {
    CHECK(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  };
  run("PRAGMA cache_size=10");
  run("BEGIN IMMEDIATE");
  run("CREATE TABLE much (text BLOB)");
  for (int i = 0; i < 100; ++i)
    run("INSERT INTO much VALUES (zeroblob(4000))");
  run("ROLLBACK");
  sqlite3_close(handle);
  append(*log, {event_of("a", 2)});
  auto wal = alive.path() / "journal.db-wal";
  REQUIRE(fs::file_size(wal) > 200'000);
  auto found = find_torn_end(wal);
  REQUIRE(found.has_value());
  CHECK_FALSE(*found);
}

TEST_CASE("one bit anywhere behind the start is found where it stands") {
  killed journal;
  auto whole = bytes_of(journal.wal);
  for (size_t at = 0; at < whole.size(); at += 997) {
    CAPTURE(at);
    auto bytes = whole;
    bytes[at] ^= 4;
    write(journal.wal, bytes);
    auto torn = journal.torn();
    REQUIRE(torn);
    CHECK(torn->begin <= at);
    CHECK(torn->begin + torn->bytes == whole.size());
  }
}

TEST_CASE("a log that is cut off within a page is set aside, and what stands "
          "before it is used") {
  killed journal;
  auto whole = bytes_of(journal.wal);
  write(journal.wal, whole.substr(0, whole.size() - 1000));
  auto aside = journal.folder.path() / "set-aside";
  auto copy = set_torn_end_aside(journal.file, aside);
  REQUIRE(copy.has_value());
  CHECK(*copy == aside / "journal.db-wal.1");
  CHECK(bytes_of(*copy).size() == whole.size() - 1000);
  CHECK(*set_torn_end_aside(journal.file, aside) == aside / "journal.db-wal.2");
  auto left = count_gapless(*open_log(journal.file), "a");
  CHECK(left < 8);
  CHECK(left > 0);
}

} // namespace cohort::tests::torn_log_test
