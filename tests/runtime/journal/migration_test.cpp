#include <doctest/doctest.h>

#include <sqlite3.h>

#include "runtime/journal/database.hpp"
#include "runtime/journal/seal.hpp"
#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::migration_test {

using namespace cohort::tests;
using cohort::runtime::journal::chain;
using cohort::runtime::journal::chain_start;
using cohort::runtime::journal::database;

namespace {

/// As cohort made it when it had no chain.
constexpr auto version_1 = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  kind INTEGER NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (task_id, sequence)
);
CREATE INDEX first_events ON events (id, task_id) WHERE sequence = 1;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', 7);
PRAGMA application_id=1129269332;
PRAGMA user_version=1;
COMMIT;
)sql";

/// A file of version 1 with events, each of which must bear its sequence.
class old_journal {
public:
  explicit old_journal(const std::filesystem::path& file) {
    REQUIRE(sqlite3_open(file.c_str(), &db_) == SQLITE_OK);
    execute("PRAGMA journal_mode=WAL");
    execute(version_1);
  }
  old_journal(const old_journal&) = delete;
  old_journal& operator=(const old_journal&) = delete;
  ~old_journal() {
    sqlite3_close(db_);
  }

  void execute(const std::string& sql) {
    REQUIRE(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr)
            == SQLITE_OK);
  }

  void add(pb::Event event, uint64_t sequence) {
    event.set_sequence(sequence);
    auto body = event.SerializeAsString();
    cohort::runtime::sqlite::statement insert{
      db_, "INSERT INTO events (task_id, sequence, time, actor, kind, body) "
           "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
    CHECK(insert.bind(1, event.task_id())
            .bind(2, static_cast<int64_t>(sequence))
            .bind(3, event.time().seconds() * 1'000'000'000)
            .bind(4, event.actor())
            .bind(5, static_cast<int64_t>(event.payload_case()))
            .bind_blob(6, body)
            .run());
  }

private:
  sqlite3* db_ = nullptr;
};

std::string version_of(const std::filesystem::path& file) {
  auto db = database::open(file);
  REQUIRE(db.has_value());
  return std::to_string((*db)->version());
}

} // namespace

TEST_CASE("a journal of version 1 is chained, sealed, and goes on") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  auto large = event_of("b", 1);
  large.set_reason(std::string(300'000, 'x'));
  {
    old_journal old{file};
    old.add(event_of("b", 0), 1);
    old.add(event_of("a", 0), 1);
    old.add(large, 2);
    old.add(finished_event("a"), 2);
    old.add(event_of("a"), 3); // A coordinator's last word.
  }
  auto log = open_log(file);
  CHECK(version_of(file) == "2");
  CHECK(*log->tasks() == std::vector<std::string>{"b", "a"});
  auto unfinished = *log->unfinished();
  REQUIRE(unfinished.size() == 1);
  CHECK(unfinished[0].task_id() == "b");
  CHECK(*log->next_epoch() == 8);
  CHECK(count_gapless(*log, "a") == 2);
  append(*log, {event_of("b", 2), event_of("c")});
  auto b = *log->read("b");
  REQUIRE(b.size() == 3);
  CHECK(b[1].reason() == large.reason());

  auto hash = chain_start();
  auto a = *log->read("a");
  for (auto& event : a)
    hash = chain(hash, event.SerializeAsString());
  auto db = database::open(file);
  auto seals = (*db)->prepare("SELECT task_id, sequence, hash FROM seals");
  REQUIRE(seals.step() == SQLITE_ROW);
  CHECK(seals.bytes(0) == "a");
  CHECK(seals.number(1) == 2);
  CHECK(seals.bytes(2) == hash);
  CHECK(seals.step() == SQLITE_DONE);
}

TEST_CASE("what cannot be brought up to date stays as it was") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  {
    old_journal old{file};
    old.add(event_of("a", 0), 1);
    old.execute("CREATE TABLE seals (mine TEXT)"); // In the way.
  }
  CHECK(why_not_opened(file).find(file.string()) != std::string::npos);
  CHECK(version_of(file) == "1");
  auto db = database::open(file);
  (*db)->execute("DROP TABLE seals");
  CHECK(count_gapless(*open_log(file), "a") == 1);
}

TEST_CASE("who only reads says that a journal is of an older cohort") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  old_journal old{file};
  auto db = database::open_to_read(file);
  REQUIRE_FALSE(db.has_value());
  CHECK(db.error().message.find("older cohort") != std::string::npos);
}

} // namespace cohort::tests::migration_test
