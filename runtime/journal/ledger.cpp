#include "runtime/journal/ledger.hpp"

#include <utility>

#include "runtime/journal/database.hpp"

namespace cohort::runtime::journal {

struct ledger::impl {
  std::unique_ptr<database> db; // First: its statements go before it.
  sqlite::statement tasks, read, last, seal_of;
};

namespace {

event_row row_at(const sqlite::statement& query) {
  return {query.number(0),        std::string{query.bytes(1)}, query.number(2),
          query.number(3),        std::string{query.bytes(4)}, query.number(5),
          digest{query.bytes(6)}, std::string{query.bytes(7)}};
}

} // namespace

ledger::ledger(std::unique_ptr<impl> ptr) : impl_{std::move(ptr)} {
  // nop
}
ledger::ledger(ledger&&) noexcept = default;
ledger& ledger::operator=(ledger&&) noexcept = default;
ledger::~ledger() = default;

expected<ledger> ledger::open(const std::filesystem::path& file) {
  std::error_code failed;
  if (!std::filesystem::exists(file, failed))
    return error{errc::not_found, "there is no journal " + file.string()};
  auto db = database::open_to_read(file);
  if (!db)
    return db.error();
  auto result = std::make_unique<impl>();
  auto& own = *result;
  own.db = std::move(*db);
  own.tasks = own.db->prepare(
    "SELECT task_id, MIN(id) AS first FROM events GROUP BY task_id "
    "UNION ALL SELECT task_id, 9223372036854775807 FROM seals "
    "WHERE NOT EXISTS (SELECT 1 FROM events WHERE task_id = seals.task_id) "
    "ORDER BY first");
  constexpr auto columns
    = "SELECT id, task_id, sequence, time, actor, kind, hash, body FROM events "
      "WHERE task_id = ?1 ";
  own.read = own.db->prepare(std::string{columns} + "ORDER BY sequence");
  own.last = own.db->prepare(std::string{columns}
                             + "AND kind = ?2 ORDER BY sequence DESC LIMIT 1");
  own.seal_of = own.db->prepare(
    "SELECT task_id, sequence, hash, key, signature FROM seals "
    "WHERE task_id = ?1");
  if (!own.tasks || !own.read || !own.last || !own.seal_of
      || !own.db->execute("BEGIN; SELECT 1 FROM events LIMIT 1"))
    return own.db->failure("read");
  return ledger{std::move(result)};
}

expected<std::vector<std::string>> ledger::tasks() {
  std::vector<std::string> ids;
  auto& query = impl_->tasks;
  auto state = query.step();
  for (; state == SQLITE_ROW; state = query.step())
    ids.emplace_back(query.bytes(0));
  auto failed = state == SQLITE_DONE ? error{} : impl_->db->failure("read");
  query.reset();
  if (state != SQLITE_DONE)
    return failed;
  return ids;
}

expected<void> ledger::read(const std::string& task_id,
                            const std::function<bool(const event_row&)>& take) {
  auto& query = impl_->read;
  auto state = query.bind(1, task_id).step();
  while (state == SQLITE_ROW && take(row_at(query)))
    state = query.step();
  auto is_read = state == SQLITE_DONE || state == SQLITE_ROW;
  auto failed = is_read ? error{} : impl_->db->failure("read");
  query.reset();
  if (!is_read)
    return failed;
  return {};
}

expected<std::optional<event_row>> ledger::last_of(const std::string& task_id,
                                                   int64_t kind) {
  auto& query = impl_->last;
  auto state = query.bind(1, task_id).bind(2, kind).step();
  std::optional<event_row> row;
  if (state == SQLITE_ROW)
    row = row_at(query);
  auto is_read = state == SQLITE_DONE || state == SQLITE_ROW;
  auto failed = is_read ? error{} : impl_->db->failure("read");
  query.reset();
  if (!is_read)
    return failed;
  return row;
}

expected<std::optional<seal>> ledger::seal_of(const std::string& task_id) {
  auto& query = impl_->seal_of;
  auto state = query.bind(1, task_id).step();
  std::optional<seal> found;
  if (state == SQLITE_ROW)
    found = seal{std::string{query.bytes(0)},
                 static_cast<uint64_t>(query.number(1)), digest{query.bytes(2)},
                 std::string{query.bytes(3)}, std::string{query.bytes(4)}};
  auto is_read = state == SQLITE_DONE || state == SQLITE_ROW;
  auto failed = is_read ? error{} : impl_->db->failure("read");
  query.reset();
  if (!is_read)
    return failed;
  return found;
}

uint64_t ledger::bytes() {
  auto& db = *impl_->db;
  auto pages = db.number("page_count") - db.number("freelist_count");
  return static_cast<uint64_t>(pages * db.number("page_size"));
}

expected<std::map<std::string, uint64_t>> ledger::bytes_by_task() {
  constexpr uint64_t bytes_beside_a_body = 150; // Of its row, and in indices.
  auto query = impl_->db->prepare(
    "SELECT task_id, SUM(LENGTH(body)), COUNT(*) FROM events GROUP BY task_id");
  std::map<std::string, uint64_t> result;
  auto state = query.step();
  for (; state == SQLITE_ROW; state = query.step())
    result[std::string{query.bytes(0)}]
      = static_cast<uint64_t>(query.number(1))
        + static_cast<uint64_t>(query.number(2)) * bytes_beside_a_body;
  if (state != SQLITE_DONE)
    return impl_->db->failure("read");
  return result;
}

bool ledger::has_leftovers() {
  return impl_->db->prepare("SELECT 1 FROM meta WHERE name = 'leftovers'")
           .step()
         == SQLITE_ROW;
}

expected<void> ledger::check_file() {
  auto check = impl_->db->prepare("PRAGMA integrity_check(1)");
  if (!check || check.step() != SQLITE_ROW)
    return impl_->db->failure("check");
  if (auto said = std::string{check.bytes(0)}; said != "ok")
    return impl_->db->damaged(said);
  return {};
}

} // namespace cohort::runtime::journal
