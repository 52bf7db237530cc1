#include "runtime/journal/removal.hpp"

#include "runtime/journal/database.hpp"
#include "runtime/journal/schema.hpp"

namespace cohort::runtime::journal {

namespace {

bool remove_all(database& db, const std::vector<std::string>& task_ids) {
  auto events = db.prepare("DELETE FROM events WHERE task_id = ?1");
  auto seals = db.prepare("DELETE FROM seals WHERE task_id = ?1");
  for (auto& task_id : task_ids)
    if (!events.bind(1, task_id).run() || !seals.bind(1, task_id).run())
      return false;
  return true;
}

} // namespace

expected<void> remove_tasks(const std::filesystem::path& file,
                            const std::vector<std::string>& task_ids) {
  auto db = database::open(file);
  if (!db)
    return db.error();
  auto& own = **db;
  if (own.version() != schema_version)
    return own.failure("change");
  if (!own.execute("BEGIN IMMEDIATE") || !remove_all(own, task_ids)
      || !own.execute("COMMIT")) {
    auto why = own.failure("write");
    own.execute("ROLLBACK");
    return why;
  }
  return own.execute("VACUUM") ? expected<void>{} : own.failure("shrink");
}

} // namespace cohort::runtime::journal
