#include "runtime/learning/history_store.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include <sqlite3.h>

#include "runtime/learning/durations.hpp"
#include "runtime/sqlite/statement.hpp"

namespace cohort::runtime::learning {

namespace fs = std::filesystem;

namespace {

constexpr int64_t history_schema_version = 1;

/// `name` is what a record is of, `heard` the task that taught it last, as they
/// are counted in `taught`.
constexpr auto history_tables = R"sql(
CREATE TABLE taught (tasks INTEGER NOT NULL);
INSERT INTO taught VALUES (0);
CREATE TABLE kinds (
  name BLOB PRIMARY KEY,
  body BLOB NOT NULL,
  heard INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE durations (
  name BLOB PRIMARY KEY,
  body BLOB NOT NULL,
  heard INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE judges (
  name BLOB PRIMARY KEY,
  body BLOB NOT NULL,
  heard INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

std::string name_of(const pb::KindRecord& record) {
  return std::to_string(record.specialty().kind()) + '\0'
         + record.specialty().custom_name() + '\0' + record.error_type();
}

std::string name_of(const pb::JudgeRecord& record) {
  return record.judge();
}

std::string name_of(const pb::DurationRecord& record) {
  return std::to_string(record.specialty().kind()) + '\0'
         + record.specialty().custom_name() + '\0' + record.error_type() + '\0'
         + std::to_string(record.size_class());
}

/// One of the tables, in statements.
struct table {
  sqlite::statement load_all, load, save, forget;

  bool prepare(sqlite3* db, const std::string& name, int rows_max) {
    load_all = {db, "SELECT body, heard FROM " + name + " ORDER BY name"};
    load = {db, "SELECT body, heard FROM " + name + " WHERE name = ?1"};
    save = {db, "INSERT OR REPLACE INTO " + name + " VALUES (?1, ?2, ?3)"};
    forget = {db, "DELETE FROM " + name + " WHERE name IN (SELECT name FROM "
                    + name + " ORDER BY heard DESC LIMIT -1 OFFSET "
                    + std::to_string(rows_max) + ")"};
    return load_all && load && save && forget;
  }

  /// The record of the statement's row as it counts now; nothing when it is
  /// damaged.
  template <class Record>
  static std::optional<Record>
  record_in(const sqlite::statement& row, int64_t now) {
    auto bytes = row.bytes(0);
    Record record;
    if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      return std::nullopt;
    if constexpr (std::is_same_v<Record, pb::KindRecord>) {
      auto age = std::max<int64_t>(0, now - row.number(1));
      record = aged(record, static_cast<uint64_t>(age));
    }
    return record;
  }

  template <class Record>
  bool read(std::vector<Record>& records, int64_t now) {
    auto code = load_all.step();
    for (; code == SQLITE_ROW; code = load_all.step())
      if (auto record = record_in<Record>(load_all, now))
        records.push_back(std::move(*record));
    load_all.reset();
    return code == SQLITE_DONE;
  }

  template <class Record>
  bool add(const std::vector<Record>& records, int64_t now) {
    for (auto& record : records) {
      auto name = name_of(record);
      auto code = load.bind_blob(1, name).step();
      std::optional<Record> known;
      if (code == SQLITE_ROW)
        known = record_in<Record>(load, now);
      load.reset();
      if (code != SQLITE_ROW && code != SQLITE_DONE)
        return false; // What could not be read must not be replaced.
      auto body = sum(known.value_or(Record{}), record).SerializeAsString();
      if (!save.bind_blob(1, name).bind_blob(2, body).bind(3, now).run())
        return false;
    }
    return forget.run();
  }
};

class sqlite_history final : public history_store {
public:
  explicit sqlite_history(sqlite3* db) : db_{db} {
    // nop
  }

  /// Whether it is ready; else see `is_of_another_version` and SQLite's words.
  bool set_up() {
    sqlite3_busy_timeout(db_.get(), 1000);
    // Before anything is written: another version's file stays as it is.
    if (!read_version() || is_of_another_version())
      return false;
    if (!execute("PRAGMA journal_mode=WAL")
        || !execute("PRAGMA synchronous=NORMAL")
        || !execute("PRAGMA secure_delete=ON") || !make_tables())
      return false;
    clock_ = {db_.get(), "SELECT tasks FROM taught"};
    tick_ = {db_.get(), "UPDATE taught SET tasks = tasks + 1"};
    return clock_ && tick_ && kinds_.prepare(db_.get(), "kinds", 4096)
           && durations_.prepare(db_.get(), "durations", 4096)
           && judges_.prepare(db_.get(), "judges", 256);
  }

  [[nodiscard]] bool is_of_another_version() const {
    return version_ != 0 && version_ != history_schema_version;
  }

  expected<history> read() override {
    history result;
    if (execute("BEGIN") && read_clock() && kinds_.read(result.kinds, now_)
        && judges_.read(result.judges, now_)
        && durations_.read(result.durations, now_) && execute("COMMIT"))
      return result;
    return failed("the history cannot be read");
  }

  expected<void> forget() override {
    if (execute("BEGIN IMMEDIATE") && execute("DELETE FROM kinds")
        && execute("DELETE FROM durations") && execute("DELETE FROM judges")
        && execute("COMMIT")) {
      execute("PRAGMA wal_checkpoint(TRUNCATE)"); // Nothing of it stays there.
      return {};
    }
    return failed("nothing was forgotten");
  }

  expected<void> add(const history& lessons) override {
    if (execute("BEGIN IMMEDIATE") && tick_.run() && read_clock()
        && kinds_.add(lessons.kinds, now_)
        && durations_.add(lessons.durations, now_)
        && judges_.add(lessons.judges, now_) && execute("COMMIT"))
      return {};
    return failed("nothing was learnt");
  }

private:
  struct closer {
    void operator()(sqlite3* db) const {
      sqlite3_close(db);
    }
  };

  error failed(const std::string& what) {
    std::string why = sqlite3_errmsg(db_.get());
    execute("ROLLBACK");
    return {errc::storage_failed, what + ": " + why};
  }

  /// Where there are none; another process may make them at the same time.
  bool make_tables() {
    if (version_ != 0)
      return true;
    auto set_version = "PRAGMA user_version="
                       + std::to_string(history_schema_version);
    if (!execute("BEGIN IMMEDIATE") || !read_version())
      return false;
    return (version_ != 0
            || (execute(history_tables) && execute(set_version.c_str())))
           && execute("COMMIT") && read_version() && !is_of_another_version();
  }

  bool read_version() {
    auto statement = sqlite::statement{db_.get(), "PRAGMA user_version"};
    if (statement.step() != SQLITE_ROW)
      return false;
    version_ = statement.number(0);
    return true;
  }

  bool read_clock() {
    auto is_there = clock_.step() == SQLITE_ROW;
    if (is_there)
      now_ = clock_.number(0);
    clock_.reset();
    return is_there;
  }

  bool execute(const char* sql) {
    return sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  std::unique_ptr<sqlite3, closer> db_; // First: its statements go before it.
  int64_t version_ = 0;                 // 0: there is nothing in it.
  int64_t now_ = 0;                     // Tasks that taught.
  sqlite::statement clock_;
  sqlite::statement tick_;
  table kinds_;
  table durations_;
  table judges_;
};

struct opened {
  std::unique_ptr<sqlite_history> store; // None: it could not be opened.
  std::string why;
  bool is_useless = false; // Nobody can read it, however often it is tried.
};

opened open_history(const fs::path& file) {
  sqlite3* handle = nullptr;
  auto code = sqlite3_open_v2(
    file.c_str(), &handle,
    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  opened result{std::make_unique<sqlite_history>(handle), "", false};
  if (code == SQLITE_OK && result.store->set_up())
    return result;
  code = sqlite3_errcode(handle);
  auto is_of_another = result.store->is_of_another_version();
  result.why = is_of_another ? "it is of another version of cohort"
                             : sqlite3_errmsg(handle);
  // SQLITE_ERROR: it is of this version, and has not its tables.
  result.is_useless = is_of_another || code == SQLITE_CORRUPT
                      || code == SQLITE_NOTADB || code == SQLITE_ERROR;
  result.store.reset();
  return result;
}

error cannot_open(const fs::path& file, const std::string& why) {
  return {errc::storage_failed,
          "the history " + file.string() + " can be neither opened nor made ("
            + why
            + "): see whether its folder may be written, the disk has room, "
              "and no other program holds it"};
}

/// With its log, which may hold what the file does not. Replaces what was set
/// aside before. Returns why it cannot.
std::error_code set_aside(const fs::path& file, const fs::path& aside) {
  std::error_code failed;
  fs::remove(file.native() + "-shm", failed);
  fs::remove(aside.native() + "-wal", failed);
  fs::rename(file.native() + "-wal", aside.native() + "-wal", failed);
  failed.clear();
  fs::rename(file, aside, failed);
  return failed;
}

} // namespace

expected<std::unique_ptr<history_store>>
history_store::open_as_it_is(const fs::path& file) {
  auto opened = open_history(file);
  if (opened.store)
    return std::unique_ptr<history_store>{std::move(opened.store)};
  return cannot_open(file, opened.why);
}

expected<std::unique_ptr<history_store>>
history_store::open(const fs::path& file, std::string& warning) {
  std::error_code failed;
  auto name = fs::absolute(file, failed);
  auto first = open_history(name);
  if (first.store)
    return std::unique_ptr<history_store>{std::move(first.store)};
  if (!first.is_useless)
    return cannot_open(name, first.why);
  auto aside = name;
  aside += ".aside";
  if (auto why = set_aside(name, aside))
    return cannot_open(name, first.why + "; and it cannot be set aside as "
                               + aside.string() + ", " + why.message());
  auto second = open_history(name);
  if (!second.store)
    return cannot_open(name, second.why + "; what was there is now "
                               + aside.string());
  warning = "what was learnt is set aside as " + aside.string() + ": "
            + first.why;
  return std::unique_ptr<history_store>{std::move(second.store)};
}

} // namespace cohort::runtime::learning
