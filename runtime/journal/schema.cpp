#include "runtime/journal/schema.hpp"

#include <string>

#include "messages/v1/event.pb.h"

namespace cohort::runtime::journal {

namespace {

static_assert(messages::v1::Event::kFinished == 36,
              "as in the index of those that have ended");

/// `id` is the order of appending. `time` is nanoseconds since 1970; it,
/// `actor` and `kind` (the number of the payload's field) repeat the body, for
/// queries. `hash` is the chain's (see chain.hpp); it stands in front of the
/// body, which may be large. A task that has ended has a seal.
constexpr auto tables = R"sql(
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  kind INTEGER NOT NULL,
  hash BLOB NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (task_id, sequence)
);
CREATE TABLE seals (
  task_id TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  hash BLOB NOT NULL,
  key BLOB NOT NULL,
  signature BLOB NOT NULL
) WITHOUT ROWID;
)sql";

/// They keep the lists of tasks from reading all events.
constexpr auto indices = R"sql(
CREATE INDEX first_events ON events (id, task_id) WHERE sequence = 1;
CREATE INDEX finished_tasks ON events (task_id) WHERE kind = 36;
)sql";

constexpr auto counters = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', 0);
)sql";

/// From version 1, which had no chain and no seals. A coordinator's last word
/// behind its task's end, which that version let pass, means nothing: it goes.
bool chain_all(database& db, const signing_key& key) {
  auto read = db.prepare("SELECT id, task_id, sequence, time, actor, kind, "
                         "body FROM events_1 ORDER BY task_id, sequence");
  auto insert = db.prepare(
    "INSERT INTO events (id, task_id, sequence, time, actor, kind, hash, body) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  auto insert_one_seal = db.prepare(insert_seal);
  std::string task_id;
  auto hash = chain_start();
  auto is_sealed = false;
  int state = SQLITE_DONE;
  while ((state = read.step()) == SQLITE_ROW) {
    if (read.bytes(1) != task_id) {
      task_id = read.bytes(1);
      hash = chain_start();
      is_sealed = false;
    }
    if (is_sealed)
      continue;
    hash = chain(hash, read.bytes(6));
    auto stored = insert.bind(1, read.number(0))
                    .bind(2, task_id)
                    .bind(3, read.number(2))
                    .bind(4, read.number(3))
                    .bind(5, read.bytes(4))
                    .bind(6, read.number(5))
                    .bind_blob(7, hash)
                    .bind_blob(8, read.bytes(6))
                    .run();
    is_sealed = read.number(5) == messages::v1::Event::kFinished;
    if (!stored
        || (is_sealed
            && !store_seal(
              insert_one_seal,
              key.sign(task_id, static_cast<uint64_t>(read.number(2)), hash))))
      return false;
  }
  return state == SQLITE_DONE;
}

bool migrate(database& db, const signing_key& key) {
  return db.execute("ALTER TABLE events RENAME TO events_1")
         && db.execute(tables) && chain_all(db, key)
         && db.execute("DROP TABLE events_1") && db.execute(indices);
}

bool make_new(database& db) {
  return db.execute(tables) && db.execute(indices) && db.execute(counters)
         && db.execute("PRAGMA application_id="
                       + std::to_string(application_id));
}

} // namespace

bool store_seal(sqlite::statement& insert, const seal& what) {
  return insert.bind(1, what.task_id)
    .bind(2, static_cast<int64_t>(what.sequence))
    .bind_blob(3, what.hash)
    .bind_blob(4, what.key)
    .bind_blob(5, what.signature)
    .run();
}

expected<void> bring_up_to_date(database& db, const signing_key& key) {
  if (db.version() == schema_version)
    return {};
  auto done
    = db.execute("BEGIN IMMEDIATE")
      && (db.version() == 0 ? make_new(db) : migrate(db, key))
      && db.execute("PRAGMA user_version=" + std::to_string(schema_version))
      && db.execute("COMMIT");
  if (done)
    return {};
  auto why = db.failure("set up");
  db.execute("ROLLBACK");
  return why;
}

} // namespace cohort::runtime::journal
