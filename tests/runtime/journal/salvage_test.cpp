#include "runtime/journal/salvage.hpp"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::salvage_test {

using namespace cohort::tests;
using cohort::runtime::errc;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Three tasks; of "b", which has ended, the events stand between those of the
/// others.
struct full_journal {
  temp_folder folder;
  fs::path file = folder.path() / "journal.db";
  fs::path aside = folder.path() / "set-aside";
  uint64_t epoch = 0;

  full_journal() {
    auto log = open_log(file);
    for (uint32_t i = 1; i <= 300; ++i)
      append(*log, {event_of("a", i)});
    append(*log, {event_of("b", 1), finished_event("b")});
    for (uint32_t i = 1; i <= 300; ++i)
      append(*log, {event_of("c", i)});
    epoch = *log->next_epoch();
  }

  void write(const std::string& bytes) const {
    std::ofstream{file, std::ios::binary} << bytes;
  }
};

} // namespace

TEST_CASE("of a file that is cut off everything that can be read is kept") {
  full_journal journal;
  auto whole = bytes_of(journal.file);
  size_t fewest = 603;
  for (size_t pages = 1; pages <= 4; ++pages) {
    journal.write(whole.substr(0, whole.size() - pages * 4096));
    auto done = cohort::runtime::journal::salvage(journal.file, journal.aside);
    INFO(std::string{done ? "" : done.error().message});
    REQUIRE(done.has_value());
    CHECK(bytes_of(done->damaged).size() == whole.size() - pages * 4096);
    CHECK(done->events <= 602);
    fewest = std::min<size_t>(fewest, done->events);
    auto log = open_log(journal.file);
    CHECK(*log->next_epoch() > journal.epoch);
    CHECK(log->tasks()->size() == done->tasks);
    append(*log, {event_of("new")});
  }
  CHECK(fewest > 300);
}

TEST_CASE("behind a damaged page, too, what can be read is kept") {
  full_journal journal;
  auto bytes = bytes_of(journal.file);
  // The page with the middle of task "a".
  auto at = bytes.find("test actor", bytes.size() / 4);
  at = at == std::string::npos ? bytes.size() / 4 : at;
  at -= at % 4096;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 4096, '\x7f');
  journal.write(bytes);
  auto done = cohort::runtime::journal::salvage(journal.file, journal.aside);
  INFO(std::string{done ? "" : done.error().message});
  REQUIRE(done.has_value());
  CHECK(done->events > 400);
  auto log = open_log(journal.file);
  append(*log, {event_of("new")});
}

TEST_CASE("what is whole stays, and what is no journal is refused") {
  full_journal journal;
  auto whole = bytes_of(journal.file);
  CHECK(
    cohort::runtime::journal::salvage(journal.file, journal.aside).error().code
    == errc::invalid_request);
  CHECK(bytes_of(journal.file) == whole);
  CHECK(fs::is_empty(journal.aside));
  journal.write(std::string(8192, 'x'));
  CHECK(
    cohort::runtime::journal::salvage(journal.file, journal.aside).error().code
    == errc::storage_failed);
  CHECK(bytes_of(journal.file) == std::string(8192, 'x'));
  fs::remove(journal.file);
  CHECK(
    cohort::runtime::journal::salvage(journal.file, journal.aside).error().code
    == errc::not_found);
}

} // namespace cohort::tests::salvage_test
