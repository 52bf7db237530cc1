#include "runtime/audit/verify_log.hpp"

#include <doctest/doctest.h>

#include "runtime/sqlite/statement.hpp"
#include "tests/runtime/audit/audited_state.hpp"

namespace cohort::tests::verify_log_test {

using namespace cohort::tests;
using namespace cohort::runtime::audit;
using cohort::runtime::journal::ledger;
using cohort::runtime::sqlite::statement;

namespace {

log_findings verify(const audited_state& where) {
  auto log = ledger::open(where.journal_file);
  REQUIRE(log.has_value());
  auto tasks = log->tasks();
  REQUIRE(tasks.has_value());
  auto key = where.key();
  return verify_log(*log, *tasks, {where.store, key});
}

/// What is wrong; REQUIRES: it is one thing.
std::string only_fault(const audited_state& where) {
  auto found = verify(where);
  REQUIRE(found.bad.size() == 1);
  return found.bad[0].why;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Somebody else's hand on the file.
class intruder {
public:
  explicit intruder(const audited_state& where) {
    REQUIRE(sqlite3_open(where.journal_file.c_str(), &db_) == SQLITE_OK);
    execute("PRAGMA synchronous=OFF");
  }
  intruder(const intruder&) = delete;
  intruder& operator=(const intruder&) = delete;
  ~intruder() {
    sqlite3_close(db_);
  }

  void execute(const std::string& sql) {
    INFO(sql);
    REQUIRE(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr)
            == SQLITE_OK);
  }
  std::string ask(const std::string& sql) {
    statement query{db_, sql};
    REQUIRE(query.step() == SQLITE_ROW);
    return std::string{query.bytes(0)};
  }
  int64_t count(const std::string& sql) {
    statement query{db_, sql};
    REQUIRE(query.step() == SQLITE_ROW);
    return query.number(0);
  }
  void write(const std::string& sql, const std::string& bytes, bool is_text) {
    statement change{db_, sql};
    CHECK((is_text ? change.bind(1, bytes) : change.bind_blob(1, bytes)).run());
  }

private:
  sqlite3* db_ = nullptr;
};

/// A chosen cell of a table with each of its bits changed, one at a time.
void flip_bits(intruder& hand, const audited_state& where,
               const std::string& column, const std::string& where_row,
               const std::string& table, bool is_text) {
  auto select = "SELECT " + column + " FROM " + table + where_row;
  auto update = "UPDATE " + table + " SET " + column + " = ?1" + where_row;
  auto bytes = hand.ask(select);
  for (size_t at = 0; at < bytes.size(); ++at) {
    CAPTURE(select);
    CAPTURE(at);
    auto changed = bytes;
    changed[at] ^= static_cast<char>(1 << at % 7);
    hand.write(update, changed, is_text);
    CHECK_FALSE(verify(where).bad.empty());
    hand.write(update, bytes, is_text);
  }
}

} // namespace

TEST_CASE("a journal that nobody touched is whole") {
  audited_state where;
  auto found = verify(where);
  CHECK(found.bad.empty());
  CHECK(found.unchecked.empty());
  CHECK(found.tasks == 2);
  CHECK(found.events == 7);
  CHECK(found.seals == 1);
  CHECK(found.trees == 2);
  // Two roots, src twice, new; a, b twice, c, old, run, link.
  CHECK(found.objects == 12);
}

TEST_CASE("one bit changed in any row is found") {
  audited_state where;
  intruder hand{where};
  auto rows = hand.count("SELECT COUNT(*) FROM events");
  for (int64_t id = 1; id <= rows; ++id) {
    auto row = " WHERE id = " + std::to_string(id);
    flip_bits(hand, where, "body", row, "events", false);
    flip_bits(hand, where, "hash", row, "events", false);
    flip_bits(hand, where, "actor", row, "events", true);
    for (auto column : {"sequence", "time", "kind"}) {
      auto flip = [&](int64_t bit) {
        hand.execute("UPDATE events SET " + std::string{column} + " = " + column
                     + " | " + std::to_string(bit) + row + " AND " + column
                     + " & " + std::to_string(bit) + " = 0");
      };
      CAPTURE(column);
      auto before
        = hand.count("SELECT " + std::string{column} + " FROM events" + row);
      flip(1024);
      auto after
        = hand.count("SELECT " + std::string{column} + " FROM events" + row);
      if (after != before)
        CHECK_FALSE(verify(where).bad.empty());
      hand.execute("UPDATE events SET " + std::string{column} + " = "
                   + std::to_string(before) + row);
    }
  }
  for (auto column : {"hash", "key", "signature"})
    flip_bits(hand, where, column, "", "seals", false);
  CHECK(verify(where).bad.empty());
}

TEST_CASE("the first bad event is named, and other tasks are not concerned") {
  audited_state where;
  intruder hand{where};
  SUBCASE("changed") {
    hand.execute("UPDATE events SET body = x'00' "
                 "WHERE task_id = 'done' AND sequence = 3");
    CHECK(has(only_fault(where), "event 3 of task done: its hash"));
  }
  SUBCASE("removed") {
    hand.execute("DELETE FROM events WHERE task_id = 'done' AND sequence = 4");
    CHECK(has(only_fault(where), "event 4 of task done: it is missing"));
  }
  SUBCASE("the end removed") {
    hand.execute("DELETE FROM events WHERE task_id = 'done' AND sequence = 5");
    CHECK(has(only_fault(where), "event 5 of task done: it is missing"));
  }
  SUBCASE("all events removed") {
    hand.execute("DELETE FROM events WHERE task_id = 'done'");
    CHECK(has(only_fault(where), "event 1 of task done: it is missing"));
  }
  SUBCASE("the seal removed") {
    hand.execute("DELETE FROM seals");
    CHECK(has(only_fault(where), "no seal"));
  }
  SUBCASE("moved to another task") {
    hand.execute("UPDATE events SET task_id = 'x' "
                 "WHERE task_id = 'open' AND sequence = 2");
    CHECK(has(only_fault(where), "event 1 of task x: it is missing"));
  }
}

TEST_CASE("one bit changed in any object that an event names is found") {
  audited_state where;
  size_t flips = 0;
  size_t harmless = 0; // Some bits of a packed file mean nothing.
  for (auto& entry : fs::recursive_directory_iterator{where.store / "objects"})
    if (entry.is_regular_file()) {
      auto bytes = bytes_of(entry.path());
      for (size_t at = 0; at < bytes.size(); at += 5) {
        CAPTURE(entry.path().string());
        CAPTURE(at);
        auto changed = bytes;
        changed[at] ^= 2;
        write_bytes(entry.path(), changed);
        auto found = verify(where);
        ++flips;
        harmless += found.bad.empty() ? 1 : 0;
        for (auto& one : found.bad)
          CHECK(has(one.why, "of task done"));
      }
      write_bytes(entry.path(), bytes);
    }
  CHECK(flips > 100);
  CHECK(harmless < flips / 20);
  CHECK(verify(where).bad.empty());
}

TEST_CASE("an object that is missing is named with its path") {
  audited_state where;
  // echo 'int c;' | git hash-object --stdin
  REQUIRE(fs::remove(where.store / "objects" / "9f"
                     / "fc0dcfc26c24a20a2bdbc38c5d5944c028fd15"));
  auto why = only_fault(where);
  CHECK(has(why, "event 3 of task done")); // The first that needs it.
  CHECK(has(why, "(new/c.cc of tree " + where.result + ") is missing"));
}

TEST_CASE("a patch file that was changed is found; one that was taken is not a "
          "fault") {
  audited_state where;
  auto bytes = bytes_of(where.patch);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    auto changed = bytes;
    changed[at] ^= 1;
    write_bytes(where.patch, changed);
    CHECK(has(only_fault(where), "patch of task done"));
  }
  fs::remove(where.patch);
  auto found = verify(where);
  CHECK(found.bad.empty());
  REQUIRE(found.unchecked.size() == 1);
  CHECK(has(found.unchecked[0], where.patch.string()));
}

TEST_CASE("without its store a journal is not whole, where an event names a "
          "tree") {
  audited_state where;
  fs::remove_all(where.store);
  auto why = only_fault(where);
  CHECK(has(why, "event 2 of task done"));
  CHECK(has(why, where.store.string()));
}

TEST_CASE("a journal is read while it is written") {
  audited_state where;
  auto writer = open_log(where.journal_file);
  auto log = ledger::open(where.journal_file);
  append(*writer, {event_of("open", 3)});
  size_t rows = 0;
  CHECK(log->read("open", [&](auto&) { return ++rows > 0; }).has_value());
  CHECK(rows == 2); // Of the moment when it was opened.
  CHECK(verify(where).events == 8);
}

} // namespace cohort::tests::verify_log_test
