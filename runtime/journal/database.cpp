#include "runtime/journal/database.hpp"

#include <charconv>
#include <utility>

#include "runtime/journal/schema.hpp"

namespace cohort::runtime::journal {

namespace {

constexpr int busy_timeout_ms = 10'000;

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
      return "; it is damaged or no journal: `cohort gc --salvage` makes a new "
             "one of what can be read";
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

/// As SQLite reads names of files that options follow.
std::string uri_of(const std::string& file) {
  std::string result = "file:";
  for (auto c : file)
    if (c == '%' || c == '?' || c == '#')
      result += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
    else
      result += c;
  return result + "?immutable=1";
}

/// Whether all that was written stands in the file itself.
bool is_whole_without_log(const std::filesystem::path& file) {
  std::error_code failed;
  auto size = std::filesystem::file_size(file.string() + "-wal", failed);
  return failed ? failed == std::errc::no_such_file_or_directory : size == 0;
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
database::connect(const std::filesystem::path& file, int flags,
                  bool is_immutable) {
  // Absolute, since SQLite gives names such as ":memory:" a meaning of their
  // own.
  std::error_code failed;
  auto name = std::filesystem::absolute(file, failed).string();
  if (failed || file.empty() || name.find('\0') != std::string::npos)
    return error{errc::storage_failed,
                 "\"" + file.string() + "\" cannot be a journal's file name"};
  sqlite3* handle = nullptr;
  auto opened = sqlite3_open_v2(
    (is_immutable ? uri_of(name) : name).c_str(), &handle,
    flags | SQLITE_OPEN_NOMUTEX | (is_immutable ? SQLITE_OPEN_URI : 0),
    nullptr);
  std::unique_ptr<database> result{new database{name, handle}};
  if (opened != SQLITE_OK)
    return result->failure("open");
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  sqlite3_extended_result_codes(handle, 1);
  if (auto known = result->check_kind(); !known)
    return known.error();
  return result;
}

expected<std::unique_ptr<database>>
database::open(const std::filesystem::path& file) {
  auto result = connect(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!result)
    return result;
  if (auto ready = (*result)->set_up(); !ready)
    return ready.error();
  return result;
}

expected<std::unique_ptr<database>>
database::open_to_read(const std::filesystem::path& file) {
  auto result = connect(file, SQLITE_OPEN_READONLY);
  // SQLite makes an index beside a write-ahead log; who cannot make one can
  // read the file when nothing stands in the log, and nobody writes it then.
  if (!result && is_whole_without_log(file))
    if (auto again = connect(file, SQLITE_OPEN_READONLY, true))
      result = std::move(again);
  if (result && (*result)->version() < schema_version)
    return error{errc::storage_failed,
                 "the journal " + file.string()
                   + " is of an older cohort: any "
                     "run of this one brings it up to date"};
  return result;
}

bool database::execute(const std::string& sql) {
  return sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr)
         == SQLITE_OK;
}

int64_t database::number(const std::string& pragma_name) {
  return number_of(pragma(pragma_name).value_or(""));
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
  version_ = number_of(*version);
  if (tables.number(0) == 0 && version_ == 0 && number_of(*application) == 0)
    return {}; // A new one.
  if (number_of(*application) != application_id)
    return error{errc::storage_failed,
                 file_
                   + " is a database, but no journal of cohort: choose "
                     "another state directory"};
  if (version_ > schema_version)
    return error{errc::storage_failed,
                 "the journal " + file_ + " has schema version " + *version
                   + "; this cohort knows versions up to "
                   + std::to_string(schema_version)
                   + ": use a newer cohort, or another state directory"};
  if (version_ < 1)
    return damaged("it has no schema version");
  return {};
}

expected<void> database::set_up() {
  // SQLite opens what it may not write for reading, and says so later.
  if (sqlite3_db_readonly(handle_, "main") != 0)
    return error{errc::storage_failed, "the journal " + file_
                                         + " may not be written"
                                         + advice(SQLITE_READONLY)};
  // Before the file has any page, or it takes no effect.
  if (version_ == 0
      && !execute("PRAGMA auto_vacuum=" + std::to_string(incremental_vacuum)))
    return failure("set up");
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
  return {};
}

error database::failure(const std::string& verb) const {
  return {errc::storage_failed, "cannot " + verb + " the journal " + file_
                                  + ": " + sqlite3_errmsg(handle_)
                                  + advice(sqlite3_errcode(handle_))};
}

bool database::is_gone() const {
  auto has_moved = 0;
  return sqlite3_file_control(handle_, "main", SQLITE_FCNTL_HAS_MOVED,
                              &has_moved)
           == SQLITE_OK
         && has_moved != 0;
}

error database::gone() const {
  return {errc::storage_failed,
          "the journal " + file_
            + " was removed or moved away while it was in use: nothing that "
              "is decided can be kept; start cohort again"};
}

error database::damaged(const std::string& what) const {
  return {errc::storage_failed, "the journal " + file_ + " is damaged: " + what
                                  + ". Move it away, or restore it"};
}

error database::broken(const std::string& task_id, uint64_t sequence) const {
  return {
    errc::storage_failed,
    "the journal " + file_ + " is damaged: event " + std::to_string(sequence)
      + " of task " + task_id
      + " is missing or not what was written. What stands before it is "
        "whole, and so are other tasks; nothing can be done with this one"};
}

} // namespace cohort::runtime::journal
