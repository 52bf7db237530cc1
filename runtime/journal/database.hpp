#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <sqlite3.h>

#include "runtime/expected.hpp"
#include "runtime/sqlite/statement.hpp"

/// The file that is a journal: opens it, makes its tables, and says in words
/// why it does not work.
namespace cohort::runtime::journal {

class database {
public:
  /// Opens the file, or makes it. Errors: storage_failed when it is no journal,
  /// damaged, of a newer schema, or may not be written.
  static expected<std::unique_ptr<database>>
  open(const std::filesystem::path& file);

  database(const database&) = delete;
  database& operator=(const database&) = delete;
  ~database();

  sqlite::statement prepare(std::string_view sql) {
    return {handle_, sql};
  }
  bool execute(const std::string& sql);

  /// Why the last call failed: the file, SQLite's words, and what to do.
  /// `verb` is what was wanted: "read".
  [[nodiscard]] error failure(const std::string& verb) const;

  /// Some of the content is not what was written.
  [[nodiscard]] error damaged(const std::string& what) const;

private:
  database(std::string file, sqlite3* handle);

  expected<void> check_kind();
  expected<void> set_up();
  std::optional<std::string> pragma(const std::string& name);

  std::string file_;
  sqlite3* handle_;
  bool is_new_ = false;
};

} // namespace cohort::runtime::journal
