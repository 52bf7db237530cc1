#include "runtime/journal/salvage.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include "runtime/journal/database.hpp"
#include "runtime/journal/schema.hpp"

namespace cohort::runtime::journal {

namespace fs = std::filesystem;

namespace {

constexpr auto columns
  = "SELECT id, task_id, sequence, time, actor, kind, hash, body FROM events "
    "NOT INDEXED WHERE id > ?1 ORDER BY id";

struct closer {
  void operator()(sqlite3* db) const {
    sqlite3_close(db);
  }
};
using handle = std::unique_ptr<sqlite3, closer>;

/// A name in `folder` that is free, for the file and its log.
fs::path free_name(const fs::path& folder, const fs::path& file) {
  std::error_code failed;
  for (unsigned number = 1;; ++number) {
    auto name = folder
                / (file.filename().string() + '.' + std::to_string(number));
    if (!fs::exists(name, failed)
        && !fs::exists(name.string() + "-wal", failed))
      return name;
  }
}

expected<void> copy_to(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  if (!fs::exists(from, failed) || fs::copy_file(from, to, failed))
    return {};
  return error{errc::storage_failed, "cannot copy " + from.string() + " to "
                                       + to.string() + ": " + failed.message()};
}

/// Copies rows one way; returns how reading ended.
int copy_rows(sqlite::statement& read, sqlite::statement& insert, int64_t& last,
              uint64_t& events) {
  int state = SQLITE_DONE;
  while ((state = read.step()) == SQLITE_ROW) {
    auto stored = insert.bind(1, read.number(0))
                    .bind(2, read.bytes(1))
                    .bind(3, read.number(2))
                    .bind(4, read.number(3))
                    .bind(5, read.bytes(4))
                    .bind(6, read.number(5))
                    .bind_blob(7, read.bytes(6))
                    .bind_blob(8, read.bytes(7))
                    .run();
    last = read.number(0);
    events += stored ? 1 : 0;
  }
  read.reset();
  return state;
}

/// From the first row on as far as it goes, then from the last one back.
bool copy_events(sqlite3* from, database& to, salvaged& result) {
  sqlite::statement forth{from, columns};
  sqlite::statement back{from, std::string{columns} + " DESC"};
  auto insert = to.prepare("INSERT OR IGNORE INTO events (id, task_id, "
                           "sequence, time, actor, kind, hash, body) VALUES "
                           "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  int64_t last = 0;
  forth.bind(1, last);
  if (copy_rows(forth, insert, last, result.events) == SQLITE_DONE)
    return true;
  back.bind(1, last);
  int64_t first = 0;
  copy_rows(back, insert, first, result.events);
  return false;
}

void copy_seals(sqlite3* from, database& to) {
  sqlite::statement read{from, "SELECT task_id, sequence, hash, key, signature "
                               "FROM seals"};
  auto insert = to.prepare(insert_seal);
  while (read.step() == SQLITE_ROW)
    insert.bind(1, read.bytes(0))
      .bind(2, read.number(1))
      .bind_blob(3, read.bytes(2))
      .bind_blob(4, read.bytes(3))
      .bind_blob(5, read.bytes(4))
      .run();
}

/// Larger than any that was, where that cannot be read.
void copy_epoch(sqlite3* from, database& to) {
  sqlite::statement read{from, "SELECT value FROM meta WHERE name = 'epoch'"};
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto value
    = read.step() == SQLITE_ROW
        ? read.number(0)
        : std::chrono::duration_cast<std::chrono::seconds>(now).count();
  to.prepare("UPDATE meta SET value = ?1 WHERE name = 'epoch'")
    .bind(1, int64_t{value})
    .run();
  to.execute("INSERT OR REPLACE INTO meta VALUES ('leftovers', 1)");
}

bool holds_together(sqlite3* db) {
  sqlite::statement ask{db, "PRAGMA quick_check(1)"};
  return ask.step() == SQLITE_ROW && ask.bytes(0) == "ok";
}

uint64_t count_tasks(database& db) {
  auto ask = db.prepare("SELECT COUNT(DISTINCT task_id) FROM events");
  return ask.step() == SQLITE_ROW ? static_cast<uint64_t>(ask.number(0)) : 0;
}

/// The new journal, under `name`.
expected<salvaged> make_anew(sqlite3* from, const fs::path& file,
                             const fs::path& name) {
  auto key = signing_key::open(file.parent_path());
  if (!key)
    return key.error();
  auto to = database::open(name);
  if (!to)
    return to.error();
  if (auto ready = bring_up_to_date(**to, *key); !ready)
    return ready.error();
  salvaged result;
  if (!(*to)->execute("BEGIN IMMEDIATE"))
    return (*to)->failure("write");
  auto is_whole = copy_events(from, **to, result);
  copy_seals(from, **to);
  copy_epoch(from, **to);
  if (!(*to)->execute("COMMIT"))
    return (*to)->failure("write");
  if (is_whole && holds_together(from))
    return error{errc::invalid_request,
                 "the journal " + file.string() + " is not damaged: it stays"};
  result.tasks = count_tasks(**to);
  return result;
}

void remove_database(const fs::path& file) {
  std::error_code ignored;
  for (auto* end : {"", "-wal", "-shm"})
    fs::remove(file.string() + end, ignored);
}

} // namespace

expected<salvaged> salvage(const fs::path& file, const fs::path& folder) {
  std::error_code failed;
  if (!fs::is_regular_file(file, failed))
    return error{errc::not_found, "there is no journal " + file.string()};
  fs::create_directories(folder, failed);
  auto damaged = free_name(folder, file);
  for (auto* end : {"", "-wal"})
    if (auto done = copy_to(file.string() + end, damaged.string() + end); !done)
      return done.error();
  sqlite3* opened = nullptr;
  sqlite3_open_v2(damaged.c_str(), &opened,
                  SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle from{opened};
  // Or a file that is shorter than it says is not looked at.
  if (opened != nullptr)
    sqlite3_db_config(opened, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
  sqlite::statement version{from.get(), "PRAGMA user_version"};
  auto is_known = version.step() == SQLITE_ROW
                  && version.number(0) == schema_version;
  version = {};
  auto fresh = file;
  fresh += ".salvaged";
  remove_database(fresh);
  auto made = is_known
                ? make_anew(from.get(), file, fresh)
                : expected<salvaged>{
                  error{errc::storage_failed,
                        "of the journal " + file.string()
                          + " not even the tables can be found: move it away, "
                            "or restore it"}};
  from.reset();
  if (!made) {
    remove_database(fresh);
    remove_database(damaged);
    return made;
  }
  made->damaged = damaged;
  // The log belongs to the old file alone.
  for (auto* end : {"-wal", "-shm"})
    fs::remove(file.string() + end, failed);
  if (std::rename(fresh.c_str(), file.c_str()) != 0)
    return error{errc::storage_failed,
                 "cannot put the new journal in the place of " + file.string()};
  return made;
}

} // namespace cohort::runtime::journal
