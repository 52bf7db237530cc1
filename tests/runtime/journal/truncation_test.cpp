#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include <google/protobuf/util/message_differencer.h>

#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::truncation_test {

using namespace cohort::tests;
using google::protobuf::util::MessageDifferencer;
namespace fs = std::filesystem;

namespace {

constexpr size_t appends = 8;
constexpr uint32_t batch = 3; // Events of an append.

std::string bytes_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A journal's two files as a machine without power leaves them.
struct files {
  std::string db, wal;
  std::vector<pb::Event> events; // That were acknowledged.

  /// Puts them into a folder of their own.
  [[nodiscard]] fs::path put(const fs::path& folder) const {
    fs::remove_all(folder);
    fs::create_directory(folder);
    std::ofstream{folder / "journal.db", std::ios::binary} << db;
    if (!wal.empty())
      std::ofstream{folder / "journal.db-wal", std::ios::binary} << wal;
    return folder / "journal.db";
  }
};

files write_journal(const fs::path& folder, bool closed) {
  auto file = folder / "whole.db";
  auto log = open_log(file);
  for (size_t i = 0; i < appends; ++i)
    append(*log, events_of("t", batch));
  files result;
  result.events = *log->read("t");
  if (closed)
    log = nullptr;
  result.db = bytes_of(file);
  result.wal = bytes_of(file.string() + "-wal");
  CHECK(result.wal.empty() == closed);
  return result;
}

/// How many events are there; REQUIRES: they are the first that were written.
size_t count_prefix(const std::vector<pb::Event>& found, const files& written) {
  REQUIRE(found.size() <= written.events.size());
  for (size_t i = 0; i < found.size(); ++i)
    REQUIRE(MessageDifferencer::Equals(found[i], written.events[i]));
  return found.size();
}

/// The journal opens, has whole appends from the front on, and takes more.
size_t use(const fs::path& file, const files& written) {
  auto log = open_log(file);
  auto events = log->read("t");
  REQUIRE(events.has_value());
  auto n = count_prefix(*events, written);
  CHECK(n % batch == 0);
  append(*log, events_of("t", 1));
  CHECK(count_gapless(*log, "t") == n + 1);
  return n;
}

} // namespace

TEST_CASE(
  "a write-ahead log that is cut off gives all appends before the cut") {
  temp_folder folder;
  auto written = write_journal(folder.path(), false);
  auto whole = written.wal;
  CHECK(use(written.put(folder.path() / "x"), written) == appends * batch);
  size_t before = 0;
  for (size_t size = 0; size < whole.size(); size += 2039) {
    CAPTURE(size);
    written.wal = whole.substr(0, size);
    auto n = use(written.put(folder.path() / "x"), written);
    CHECK(n >= before); // The longer it is, the more is there.
    before = n;
  }
  CHECK(before >= (appends - 1) * batch);
}

TEST_CASE(
  "a write-ahead log with a damaged place gives all appends before it") {
  temp_folder folder;
  auto written = write_journal(folder.path(), false);
  auto whole = written.wal;
  size_t shortened = 0;
  for (size_t at = 0; at < whole.size(); at += 2039) {
    CAPTURE(at);
    written.wal = whole;
    written.wal[at] ^= 16;
    if (use(written.put(folder.path() / "x"), written) < appends * batch)
      ++shortened;
  }
  CHECK(shortened > 10);
}

TEST_CASE("a file that is cut off is an error that names it, or gives what was "
          "written") {
  temp_folder folder;
  auto written = write_journal(folder.path(), true);
  auto whole = written.db;
  size_t refused = 0;
  // To SQLite a file of one byte is as good as a new one.
  for (size_t size = 2; size < whole.size(); size += 509) {
    CAPTURE(size);
    written.db = whole.substr(0, size);
    auto file = written.put(folder.path() / "x");
    auto log = journal::open_sqlite_log(file);
    auto events = log ? (*log)->read("t") : log.error();
    if (!events) {
      ++refused;
      CHECK(events.error().message.find(file.string()) != std::string::npos);
      if (log)
        CHECK(events.error().message.find("task t") != std::string::npos);
    } else {
      CHECK(count_prefix(*events, written) == appends * batch);
    }
  }
  CHECK(refused > 10);
}

} // namespace cohort::tests::truncation_test
