#include "runtime/journal/removal.hpp"

#include "runtime/journal/database.hpp"
#include "runtime/journal/schema.hpp"

namespace cohort::runtime::journal {

namespace {

expected<std::unique_ptr<database>>
open_current(const std::filesystem::path& file) {
  auto db = database::open(file);
  if (db && (*db)->version() != schema_version)
    return (*db)->failure("change");
  return db;
}

bool remove_task(database& db, const std::string& task_id) {
  auto events = db.prepare("DELETE FROM events WHERE task_id = ?1");
  auto seal = db.prepare("DELETE FROM seals WHERE task_id = ?1");
  return db.execute("BEGIN IMMEDIATE") && events.bind(1, task_id).run()
         && seal.bind(1, task_id).run()
         && db.execute("INSERT OR REPLACE INTO meta VALUES ('leftovers', 1)")
         && db.execute("COMMIT");
}

/// Page by page, from the end of the file.
expected<void> shrink(database& db) {
  constexpr auto step = "PRAGMA incremental_vacuum(256)"; // A megabyte.
  for (auto free = db.number("freelist_count"); free > 0;) {
    if (!db.execute(step))
      return db.failure("shrink");
    auto left = db.number("freelist_count");
    if (left >= free)
      break; // As far as it goes while others read.
    free = left;
  }
  db.execute("PRAGMA wal_checkpoint(PASSIVE)");
  return {};
}

} // namespace

expected<void> remove_tasks(const std::filesystem::path& file,
                            const std::vector<std::string>& task_ids) {
  auto db = open_current(file);
  if (!db)
    return db.error();
  for (auto& task_id : task_ids)
    if (!remove_task(**db, task_id)) {
      auto why = (*db)->failure("write");
      (*db)->execute("ROLLBACK");
      return why;
    }
  return {};
}

expected<void> cut_task(const std::filesystem::path& file,
                        const std::string& task_id, uint64_t sequence) {
  auto opened = open_current(file);
  if (!opened)
    return opened.error();
  auto& db = **opened;
  auto events = db.prepare("DELETE FROM events WHERE task_id = ?1 "
                           "AND sequence >= ?2");
  if (db.execute("BEGIN IMMEDIATE")
      && events.bind(1, task_id).bind(2, static_cast<int64_t>(sequence)).run()
      && db.execute("INSERT OR REPLACE INTO meta VALUES ('leftovers', 1)")
      && db.execute("COMMIT"))
    return {};
  auto why = db.failure("write");
  db.execute("ROLLBACK");
  return why;
}

expected<void> note_no_leftovers(const std::filesystem::path& file) {
  auto db = open_current(file);
  if (!db)
    return db.error();
  return (*db)->execute("DELETE FROM meta WHERE name = 'leftovers'")
           ? expected<void>{}
           : (*db)->failure("write");
}

expected<void> give_back_room(const std::filesystem::path& file,
                              bool is_alone) {
  auto opened = open_current(file);
  if (!opened)
    return opened.error();
  auto& db = **opened;
  if (db.number("auto_vacuum") == incremental_vacuum)
    return shrink(db);
  auto is_done
    = !is_alone
      || (db.execute("PRAGMA auto_vacuum=" + std::to_string(incremental_vacuum))
          && db.execute("VACUUM"));
  return is_done ? expected<void>{} : db.failure("shrink");
}

} // namespace cohort::runtime::journal
