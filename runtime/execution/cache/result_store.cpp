#include "runtime/execution/cache/result_store.hpp"

#include <ctime>
#include <system_error>
#include <utility>

#include <sqlite3.h>
#include <zstd.h>

#include "runtime/execution/cache/digest.hpp"
#include "runtime/sqlite/statement.hpp"

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

namespace {

constexpr int lists_max = 8; // Of one action that are looked at.
constexpr int64_t schema_version = 1;
constexpr int64_t hour = 3600;
constexpr uint64_t expanded_max = 1ULL << 30;

/// `used` is in seconds since 1970 and up to an hour old.
constexpr auto tables = R"sql(
CREATE TABLE lists (
  action BLOB NOT NULL,
  list BLOB NOT NULL,
  names BLOB NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (action, list)
) WITHOUT ROWID;
CREATE TABLE results (
  closure BLOB PRIMARY KEY,
  action BLOB NOT NULL,
  body BLOB NOT NULL,
  used INTEGER NOT NULL
);
CREATE INDEX oldest ON results (used);
CREATE INDEX by_action ON results (action);
)sql";

/// Zstandard, with its checksum.
std::optional<std::string> compress(std::string_view text) {
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{
    ZSTD_createCCtx(), ZSTD_freeCCtx};
  if (!context)
    return std::nullopt;
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string result(ZSTD_compressBound(text.size()), '\0');
  auto size = ZSTD_compress2(context.get(), result.data(), result.size(),
                             text.data(), text.size());
  if (ZSTD_isError(size) != 0)
    return std::nullopt;
  result.resize(size);
  return result;
}

std::optional<std::string> expand(std::string_view bytes) {
  auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR
      || size > expanded_max)
    return std::nullopt;
  std::string result(size, '\0');
  auto got = ZSTD_decompress(result.data(), result.size(), bytes.data(),
                             bytes.size());
  if (ZSTD_isError(got) != 0 || got != size)
    return std::nullopt;
  return result;
}

std::string join(const result_store::names& list) {
  std::string result;
  for (auto& name : list)
    result.append(name).push_back('\0');
  return result;
}

result_store::names split_names(std::string_view text) {
  result_store::names result;
  for (auto end = text.find('\0'); end != std::string_view::npos;
       end = text.find('\0')) {
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return result;
}

class sqlite_store final : public result_store {
public:
  sqlite_store(sqlite3* db, uint64_t limit) : db_{db}, limit_{limit} {
    // nop
  }

  bool set_up() {
    sqlite3_busy_timeout(db_.get(), 1000);
    auto version = sqlite::statement{db_.get(), "PRAGMA user_version"};
    if (version.step() != SQLITE_ROW)
      return false;
    auto is_new = version.number(0) == 0;
    version.reset();
    if (!execute("PRAGMA journal_mode=WAL")
        || !execute("PRAGMA synchronous=NORMAL"))
      return false;
    if (is_new && !make_tables())
      return false;
    if (!prepare() || !measure())
      return false;
    if (held_ > limit_)
      make_room();
    return true;
  }

  std::vector<names> lists(std::string_view action) override {
    std::vector<std::string> found;
    {
      std::lock_guard guard{mutex_};
      lists_.bind_blob(1, action);
      while (lists_.step() == SQLITE_ROW)
        found.emplace_back(lists_.bytes(0));
      lists_.reset();
    }
    std::vector<names> result;
    for (auto& packed : found)
      if (auto text = expand(packed))
        result.push_back(split_names(*text));
    return result;
  }

  std::optional<std::string> load(std::string_view closure) override {
    std::string packed;
    {
      std::lock_guard guard{mutex_};
      load_.bind_blob(1, closure);
      auto is_there = load_.step() == SQLITE_ROW;
      auto is_old = is_there && std::time(nullptr) - load_.number(1) > hour;
      if (is_there)
        packed = load_.bytes(0);
      load_.reset();
      if (!is_there)
        return std::nullopt;
      if (is_old) {
        touch_.bind_blob(1, closure).bind(2, int64_t{std::time(nullptr)}).run();
        touch_lists_.bind_blob(1, closure)
          .bind(2, int64_t{std::time(nullptr)})
          .run();
      }
    }
    return expand(packed);
  }

  void save(std::string_view action, const names& list,
            std::string_view closure, std::string_view result) override {
    auto joined = join(list);
    auto packed_names = compress(joined);
    auto body = compress(result);
    if (!packed_names || !body || body->size() > limit_ / 4)
      return;
    auto id = digest_of_text(joined);
    auto now = int64_t{std::time(nullptr)};
    std::lock_guard guard{mutex_};
    if (!begin_.run())
      return;
    insert_list_.bind_blob(1, action).bind_blob(2, id);
    insert_list_.bind_blob(3, *packed_names).bind(4, now);
    insert_.bind_blob(1, closure).bind_blob(2, action);
    insert_.bind_blob(3, *body).bind(4, now);
    if (!insert_list_.run() || !insert_.run()) {
      rollback_.run();
      return;
    }
    if (!commit_.run())
      rollback_.run();
    held_ += body->size() + packed_names->size();
    if (held_ > limit_)
      make_room();
  }

private:
  struct closer {
    void operator()(sqlite3* db) const {
      sqlite3_close(db);
    }
  };

  bool execute(const char* sql) {
    return sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  /// Another process may have made them since.
  bool make_tables() {
    if (!execute("BEGIN IMMEDIATE"))
      return false;
    auto version = sqlite::statement{db_.get(), "PRAGMA user_version"};
    auto is_there = version.step() == SQLITE_ROW && version.number(0) != 0;
    version.reset();
    if (is_there)
      return execute("COMMIT");
    auto set_version = "PRAGMA user_version=" + std::to_string(schema_version);
    if (execute(tables) && execute(set_version.c_str()) && execute("COMMIT"))
      return true;
    execute("ROLLBACK");
    return false;
  }

  bool prepare() {
    auto make = [&](sqlite::statement& to, const char* sql) {
      to = sqlite::statement{db_.get(), sql};
      return static_cast<bool>(to);
    };
    auto lists = "SELECT names FROM lists WHERE action = ?1 "
                 "ORDER BY used DESC, list LIMIT "
                 + std::to_string(lists_max);
    return make(begin_, "BEGIN IMMEDIATE") && make(commit_, "COMMIT")
           && make(rollback_, "ROLLBACK") && make(lists_, lists.c_str())
           && make(load_, "SELECT body, used FROM results WHERE closure = ?1")
           && make(touch_, "UPDATE results SET used = ?2 WHERE closure = ?1")
           && make(touch_lists_,
                   "UPDATE lists SET used = ?2 WHERE action = "
                   "(SELECT action FROM results WHERE closure = ?1)")
           && make(insert_list_, "INSERT OR REPLACE INTO lists VALUES "
                                 "(?1, ?2, ?3, ?4)")
           && make(insert_, "INSERT OR REPLACE INTO results VALUES "
                            "(?1, ?2, ?3, ?4)");
  }

  bool measure() {
    auto sum = sqlite::statement{
      db_.get(), "SELECT (SELECT COALESCE(SUM(LENGTH(body)), 0) FROM results) "
                 "+ (SELECT COALESCE(SUM(LENGTH(names)), 0) FROM lists)"};
    if (sum.step() != SQLITE_ROW)
      return false;
    held_ = static_cast<uint64_t>(sum.number(0));
    return true;
  }

  /// Down to four fifths, so that it is not done again at once.
  void make_room() {
    while (held_ > limit_ / 5 * 4) {
      auto before = held_;
      if (!execute("DELETE FROM results WHERE rowid IN (SELECT rowid FROM "
                   "results ORDER BY used, rowid LIMIT 64)")
          || !execute("DELETE FROM lists WHERE action NOT IN "
                      "(SELECT action FROM results)")
          || !measure() || held_ >= before)
        return;
    }
  }

  std::unique_ptr<sqlite3, closer> db_; // First: its statements go before it.
  const uint64_t limit_;
  std::mutex mutex_;
  uint64_t held_ = 0; // Bytes of bodies and lists, at least.
  sqlite::statement begin_, commit_, rollback_, lists_, load_, touch_,
    touch_lists_, insert_list_, insert_;
};

std::unique_ptr<sqlite_store> try_open(const fs::path& file, uint64_t limit) {
  sqlite3* handle = nullptr;
  auto opened = sqlite3_open_v2(
    file.c_str(), &handle,
    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  auto result = std::make_unique<sqlite_store>(handle, limit);
  if (opened != SQLITE_OK || !result->set_up())
    return nullptr;
  return result;
}

} // namespace

expected<std::unique_ptr<result_store>>
result_store::open(const fs::path& file, uint64_t limit_bytes) {
  std::error_code failed;
  auto name = fs::absolute(file, failed);
  if (auto store = try_open(name, limit_bytes))
    return std::unique_ptr<result_store>{std::move(store)};
  for (auto* end : {"", "-wal", "-shm"})
    fs::remove(name.native() + end, failed);
  if (auto store = try_open(name, limit_bytes))
    return std::unique_ptr<result_store>{std::move(store)};
  return error{errc::storage_failed,
               "the cache of checks " + name.string()
                 + " can be neither opened nor made: see whether its folder "
                   "may be written and the disk has room"};
}

} // namespace cohort::runtime::execution
