#include "runtime/journal/database.hpp"

#include <charconv>
#include <utility>

#include "messages/v1/event.pb.h"

namespace cohort::runtime::journal {

namespace {

constexpr int64_t application_id = 0x434f4854; // "COHT"
constexpr int64_t schema_version = 1;
constexpr int busy_timeout_ms = 10'000;

/// `id` is the order of appending. `time` is nanoseconds since 1970; it,
/// `actor` and `kind` (the number of the payload's field) repeat the body, for
/// queries. first_events keeps the list of tasks from reading all events.
constexpr auto schema = R"sql(
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
INSERT INTO meta VALUES ('epoch', 0);
)sql";

/// For journals of any age: which tasks have ended is found without reading
/// their events.
std::string finished_index() {
  return "CREATE INDEX IF NOT EXISTS finished_events ON events (task_id) "
         "WHERE kind = "
         + std::to_string(messages::v1::Event::kFinished);
}

/// What a person can do about it.
std::string advice(int code) {
  switch (code & 0xff) { // Without what extends it.
    case SQLITE_FULL:
      return "; the disk is full: make room";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "; check that the folder exists and that both may be written, or "
             "choose another state directory";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "; it is damaged or no journal: move it away, or restore it";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "; another program holds it: wait for it to end";
    case SQLITE_CONSTRAINT:
      return "; another program has written it: use one state directory each";
    case SQLITE_IOERR:
      return "; check the disk";
    default:
      return "";
  }
}

int64_t number_of(const std::string& text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

database::database(std::string file, sqlite3* handle)
  : file_{std::move(file)}, handle_{handle} {
  // nop
}

database::~database() {
  sqlite3_close(handle_);
}

expected<std::unique_ptr<database>>
database::open(const std::filesystem::path& file) {
  // Absolute, since SQLite gives names such as ":memory:" a meaning of their
  // own.
  std::error_code failed;
  auto name = std::filesystem::absolute(file, failed).string();
  if (failed || file.empty() || name.find('\0') != std::string::npos)
    return error{errc::storage_failed,
                 "\"" + file.string() + "\" cannot be a journal's file name"};
  sqlite3* handle = nullptr;
  auto opened = sqlite3_open_v2(
    name.c_str(), &handle,
    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<database> result{new database{name, handle}};
  if (opened != SQLITE_OK)
    return result->failure("open");
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  sqlite3_extended_result_codes(handle, 1);
  if (auto known = result->check_kind(); !known)
    return known.error();
  if (auto ready = result->set_up(); !ready)
    return ready.error();
  return result;
}

bool database::execute(const std::string& sql) {
  return sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr)
         == SQLITE_OK;
}

std::optional<std::string> database::pragma(const std::string& name) {
  auto ask = prepare("PRAGMA " + name);
  if (!ask || ask.step() != SQLITE_ROW)
    return std::nullopt;
  return std::string{ask.bytes(0)};
}

expected<void> database::check_kind() {
  auto version = pragma("user_version");
  auto application = pragma("application_id");
  auto tables = prepare("SELECT COUNT(*) FROM sqlite_master");
  if (!version || !application || tables.step() != SQLITE_ROW)
    return failure("read");
  is_new_ = tables.number(0) == 0 && number_of(*version) == 0
            && number_of(*application) == 0;
  if (is_new_)
    return {};
  if (number_of(*application) != application_id)
    return error{errc::storage_failed,
                 file_
                   + " is a database, but no journal of cohort: choose "
                     "another state directory"};
  if (number_of(*version) > schema_version)
    return error{errc::storage_failed,
                 "the journal " + file_ + " has schema version " + *version
                   + "; this cohort knows versions up to "
                   + std::to_string(schema_version)
                   + ": use a newer cohort, or another state directory"};
  if (number_of(*version) < 1)
    return damaged("it has no schema version");
  return {};
}

expected<void> database::set_up() {
  // SQLite opens what it may not write for reading, and says so later.
  if (sqlite3_db_readonly(handle_, "main") != 0)
    return error{errc::storage_failed, "the journal " + file_
                                         + " may not be written"
                                         + advice(SQLITE_READONLY)};
  auto mode = pragma("journal_mode=WAL");
  if (!mode)
    return failure("set up");
  if (*mode != "wal")
    return error{errc::storage_failed,
                 "the journal " + file_
                   + " cannot have a write-ahead log in "
                     "its folder: choose a state directory on a local disk"};
  if (!execute("PRAGMA synchronous=FULL"))
    return failure("set up");
  if (!is_new_)
    return execute(finished_index()) ? expected<void>{} : failure("set up");
  // The version goes in with the tables: a journal is whole, or new again.
  auto made
    = execute("BEGIN IMMEDIATE") && execute(schema) && execute(finished_index())
      && execute("PRAGMA application_id=" + std::to_string(application_id))
      && execute("PRAGMA user_version=" + std::to_string(schema_version))
      && execute("COMMIT");
  return made ? expected<void>{} : failure("set up");
}

error database::failure(const std::string& verb) const {
  return {errc::storage_failed, "cannot " + verb + " the journal " + file_
                                  + ": " + sqlite3_errmsg(handle_)
                                  + advice(sqlite3_errcode(handle_))};
}

error database::damaged(const std::string& what) const {
  return {errc::storage_failed, "the journal " + file_ + " is damaged: " + what
                                  + ". Move it away, or restore it"};
}

} // namespace cohort::runtime::journal
