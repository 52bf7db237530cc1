#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

/// SQLite with owners: what the journal and the cache of checks share.
namespace cohort::runtime::sqlite {

/// A prepared SQL statement, to be run again and again. What it binds must live
/// until it has run; it must go before its database is closed.
class statement {
public:
  statement() = default;
  statement(sqlite3* db, std::string_view sql) {
    sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                       SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
  }
  statement(statement&& other) noexcept
    : handle_{std::exchange(other.handle_, nullptr)} {
    // nop
  }
  statement& operator=(statement&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~statement() {
    sqlite3_finalize(handle_);
  }

  /// False when the SQL could not be prepared.
  explicit operator bool() const noexcept {
    return handle_ != nullptr;
  }

  statement& bind(int index, std::string_view text) {
    sqlite3_bind_text64(handle_, index, text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
    return *this;
  }
  statement& bind(int index, int64_t number) {
    sqlite3_bind_int64(handle_, index, number);
    return *this;
  }
  statement& bind_blob(int index, std::string_view bytes) {
    sqlite3_bind_blob64(handle_, index, bytes.data(), bytes.size(),
                        SQLITE_STATIC);
    return *this;
  }

  /// SQLITE_ROW, SQLITE_DONE or an error. After a row comes another `step` or
  /// a `reset`.
  int step() {
    return handle_ ? sqlite3_step(handle_) : SQLITE_ERROR;
  }
  void reset() {
    sqlite3_reset(handle_);
  }

  /// Runs a statement that gives no rows; ready for the next time.
  bool run() {
    auto is_done = step() == SQLITE_DONE;
    reset();
    return is_done;
  }

  [[nodiscard]] int64_t number(int column) const {
    return sqlite3_column_int64(handle_, column);
  }
  /// Valid until the next `step` or `reset`.
  [[nodiscard]] std::string_view bytes(int column) const {
    auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    auto size = static_cast<size_t>(sqlite3_column_bytes(handle_, column));
    return data ? std::string_view{data, size} : std::string_view{};
  }

private:
  sqlite3_stmt* handle_ = nullptr;
};

} // namespace cohort::runtime::sqlite
