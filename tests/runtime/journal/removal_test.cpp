#include "runtime/journal/removal.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "runtime/journal/ledger.hpp"
#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::removal_test {

using namespace cohort::tests;
namespace fs = std::filesystem;

namespace {

/// A journal of two megabytes, nearly all of it the task "old".
struct large_journal {
  temp_folder folder;
  fs::path file = folder.path() / "journal.db";

  large_journal() {
    auto log = open_log(file);
    for (auto i = 0; i < 200; ++i) {
      auto event = event_of("old");
      event.set_reason(std::string(10'000, 'x'));
      append(*log, {event});
    }
    append(*log, {finished_event("old"), event_of("new")});
  }

  void execute(const std::string& sql) const {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr)
          == SQLITE_OK);
    sqlite3_close(db);
  }
};

} // namespace

TEST_CASE("what was removed gives its room back, beside whoever writes") {
  large_journal where;
  auto log = open_log(where.file);
  auto before = journal::ledger::open(where.file)->bytes();
  CHECK(before > 2'000'000);
  auto of_old = journal::ledger::open(where.file)->bytes_by_task();
  CHECK((*of_old)["old"] > 2'000'000);
  CHECK((*of_old)["new"] < 1'000);

  REQUIRE(journal::remove_tasks(where.file, {"old"}).has_value());
  append(*log, {event_of("new")});
  CHECK(journal::ledger::open(where.file)->bytes() < 200'000);
  REQUIRE(journal::give_back_room(where.file, false).has_value());
  append(*log, {event_of("new")});
  CHECK(count_gapless(*log, "new") == 3);
  CHECK(log->read("old")->empty());
  log = nullptr;
  CHECK(fs::file_size(where.file) < 200'000);
  CHECK(journal::ledger::open(where.file)->check_file().has_value());
}

TEST_CASE("a journal of an older cohort is made smaller by whoever is alone") {
  large_journal where;
  where.execute("PRAGMA auto_vacuum=0; VACUUM");
  REQUIRE(journal::remove_tasks(where.file, {"old"}).has_value());
  REQUIRE(journal::give_back_room(where.file, false).has_value());
  CHECK(fs::file_size(where.file) > 2'000'000);
  REQUIRE(journal::give_back_room(where.file, true).has_value());
  CHECK(fs::file_size(where.file) < 200'000);
  CHECK(count_gapless(*open_log(where.file), "new") == 1);
}

TEST_CASE("that objects may be left over is known until it is taken back") {
  large_journal where;
  auto has_leftovers = [&] {
    return journal::ledger::open(where.file)->has_leftovers();
  };
  CHECK_FALSE(has_leftovers());
  REQUIRE(journal::remove_tasks(where.file, {"old"}).has_value());
  CHECK(has_leftovers());
  open_log(where.file);
  CHECK(has_leftovers());
  REQUIRE(journal::note_no_leftovers(where.file).has_value());
  CHECK_FALSE(has_leftovers());
}

TEST_CASE("nothing is taken out of what is no journal") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  CHECK_FALSE(journal::remove_tasks(file, {"t"}).has_value());
}

} // namespace cohort::tests::removal_test
