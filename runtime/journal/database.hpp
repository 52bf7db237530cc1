#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <sqlite3.h>

#include "runtime/expected.hpp"
#include "runtime/sqlite/statement.hpp"

/// The file that is a journal: opens it, and says in words why it does not
/// work.
namespace cohort::runtime::journal {

/// SQLite's number for "room that was freed is given back when asked for".
inline constexpr int64_t incremental_vacuum = 2;

class database {
public:
  /// Opens the file, or makes it, without tables. Errors: storage_failed when
  /// it is no journal, damaged, of a newer schema, or may not be written.
  static expected<std::unique_ptr<database>>
  open(const std::filesystem::path& file);

  /// Beside whoever writes it; or from a folder that may not be written.
  /// Errors: as above, and one of an older schema.
  static expected<std::unique_ptr<database>>
  open_to_read(const std::filesystem::path& file);

  database(const database&) = delete;
  database& operator=(const database&) = delete;
  ~database();

  sqlite::statement prepare(std::string_view sql) {
    return {handle_, sql};
  }
  bool execute(const std::string& sql);

  /// What a pragma says; 0 when it says nothing.
  int64_t number(const std::string& pragma);

  /// Why the last call failed: the file, SQLite's words, and what to do.
  /// `verb` is what was wanted: "read".
  [[nodiscard]] error failure(const std::string& verb) const;

  /// The file has lost its name: what is written to it, nobody reads again.
  [[nodiscard]] bool is_gone() const;
  [[nodiscard]] error gone() const;

  /// Some of the content is not what was written.
  [[nodiscard]] error damaged(const std::string& what) const;

  /// A task's first event that is not what was written.
  [[nodiscard]] error broken(const std::string& task_id,
                             uint64_t sequence) const;

  /// Of the schema; 0: there are no tables yet.
  [[nodiscard]] int64_t version() const {
    return version_;
  }

private:
  database(std::string file, sqlite3* handle);

  static expected<std::unique_ptr<database>>
  connect(const std::filesystem::path& file, int flags,
          bool is_immutable = false);

  expected<void> check_kind();
  expected<void> set_up();
  std::optional<std::string> pragma(const std::string& name);

  std::string file_;
  sqlite3* handle_;
  int64_t version_ = 0;
};

} // namespace cohort::runtime::journal
