#include <map>
#include <utility>

#include "runtime/journal/database.hpp"
#include "runtime/journal/event_log.hpp"
#include "runtime/journal/rules.hpp"
#include "runtime/journal/schema.hpp"

namespace cohort::runtime::journal {

namespace {

constexpr size_t cached_tasks_max = 10'000;

/// Where a task's chain ends.
struct chain_end {
  uint64_t sequence = 0;
  digest hash = chain_start();
  bool is_sealed = false;
};
using chain_ends = std::map<std::string, chain_end>; // By task.

class sqlite_log final : public event_log {
public:
  sqlite_log(std::unique_ptr<database> db, signing_key key)
    : db_{std::move(db)}, key_{std::move(key)} {
    // nop
  }

  expected<void> prepare() {
    begin_ = db_->prepare("BEGIN IMMEDIATE");
    commit_ = db_->prepare("COMMIT");
    rollback_ = db_->prepare("ROLLBACK");
    insert_ = db_->prepare(
      "INSERT INTO events (task_id, sequence, time, actor, kind, hash, body) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    insert_seal_ = db_->prepare(insert_seal);
    last_ = db_->prepare("SELECT sequence, hash, kind FROM events "
                         "WHERE task_id = ?1 ORDER BY sequence DESC LIMIT 1");
    read_ = db_->prepare("SELECT sequence, hash, body FROM events "
                         "WHERE task_id = ?1 ORDER BY sequence");
    tasks_ = db_->prepare("SELECT task_id FROM events INDEXED BY first_events "
                          "WHERE sequence = 1 ORDER BY id");
    unfinished_ = db_->prepare(
      "SELECT task_id, body FROM events AS first INDEXED BY first_events "
      "WHERE sequence = 1 AND NOT EXISTS "
      "(SELECT 1 FROM events INDEXED BY finished_tasks "
      "WHERE task_id = first.task_id AND kind = 36) ORDER BY id");
    epoch_ = db_->prepare("UPDATE meta SET value = value + 1 "
                          "WHERE name = 'epoch' RETURNING value");
    for (auto* each : {&begin_, &commit_, &rollback_, &insert_, &insert_seal_,
                       &last_, &read_, &tasks_, &unfinished_, &epoch_})
      if (!*each)
        return db_->failure("use the tables of");
    return {};
  }

  expected<void> append(std::vector<pb::Event>& events) override {
    if (auto fine = check_events(events); !fine)
      return fine;
    if (events.empty())
      return {};
    if (db_->is_gone())
      return db_->gone();
    if (!begin_.run())
      return db_->failure("write");
    chain_ends ends; // Of the tasks of these events.
    for (auto& event : events)
      if (auto stored = store(event, ends); !stored)
        return undo(stored.error(), ends);
    if (!commit_.run())
      return undo(db_->failure("write"), ends);
    if (ends_.size() > cached_tasks_max)
      ends_.clear(); // What is still needed is read again.
    for (auto& [task_id, end] : ends)
      ends_.insert_or_assign(task_id, std::move(end));
    return {};
  }

  expected<std::vector<pb::Event>> read(const std::string& task_id) override {
    std::vector<pb::Event> events;
    auto hash = chain_start();
    read_.bind(1, task_id);
    int state = SQLITE_DONE;
    while ((state = read_.step()) == SQLITE_ROW) {
      auto body = read_.bytes(2);
      auto sequence = static_cast<int64_t>(events.size()) + 1;
      auto& event = events.emplace_back();
      hash = chain(hash, body);
      if (read_.number(0) != sequence || read_.bytes(1) != hash
          || !event.ParseFromArray(body.data(), static_cast<int>(body.size()))
          || event.task_id() != task_id
          || static_cast<int64_t>(event.sequence()) != sequence) {
        read_.reset();
        return db_->broken(task_id, static_cast<uint64_t>(sequence));
      }
    }
    auto failed = state == SQLITE_DONE
                    ? error{}
                    : db_->failure("read task " + task_id + " behind event "
                                   + std::to_string(events.size()) + " in");
    read_.reset();
    if (state != SQLITE_DONE)
      return failed;
    return events;
  }

  expected<std::vector<std::string>> tasks() override {
    std::vector<std::string> ids;
    int state = SQLITE_DONE;
    while ((state = tasks_.step()) == SQLITE_ROW)
      ids.emplace_back(tasks_.bytes(0));
    auto failed = state == SQLITE_DONE ? error{} : db_->failure("read");
    tasks_.reset();
    if (state != SQLITE_DONE)
      return failed;
    return ids;
  }

  expected<std::vector<pb::Event>> unfinished() override {
    std::vector<pb::Event> result;
    int state = SQLITE_DONE;
    while ((state = unfinished_.step()) == SQLITE_ROW) {
      auto& event = result.emplace_back();
      auto id = std::string{unfinished_.bytes(0)};
      auto body = unfinished_.bytes(1);
      if (!event.ParseFromArray(body.data(), static_cast<int>(body.size()))
          || event.task_id() != id) {
        event.Clear();
        event.set_task_id(id);
      }
    }
    auto failed = state == SQLITE_DONE ? error{} : db_->failure("read");
    unfinished_.reset();
    if (state != SQLITE_DONE)
      return failed;
    return result;
  }

  expected<uint64_t> next_epoch() override {
    if (auto state = epoch_.step(); state != SQLITE_ROW) {
      auto failed = state == SQLITE_DONE ? db_->damaged("its epoch is missing")
                                         : db_->failure("write");
      epoch_.reset();
      return failed;
    }
    auto epoch = static_cast<uint64_t>(epoch_.number(0));
    auto is_done = epoch_.step() == SQLITE_DONE; // Commits.
    auto failed = is_done ? error{} : db_->failure("write");
    epoch_.reset();
    if (!is_done)
      return failed;
    return epoch;
  }

private:
  /// Within a transaction. Keeps where the task's chain ends then in `ends`.
  expected<void> store(pb::Event& event, chain_ends& ends) {
    auto found = ends.find(event.task_id());
    if (found == ends.end()) {
      auto before = end_of(event.task_id());
      if (!before)
        return before.error();
      found = ends.emplace(event.task_id(), std::move(*before)).first;
    }
    auto& end = found->second;
    if (end.is_sealed)
      return behind_the_end(event.task_id());
    event.set_sequence(++end.sequence);
    auto body = event.SerializeAsString();
    // Protobuf writes text that is no UTF-8 but does not read it, and what
    // compilers and file systems say may be such text.
    if (pb::Event again; !again.ParseFromString(body))
      return error{errc::invalid_message,
                   "an event of task " + event.task_id()
                     + " cannot be journaled: some text in it is not UTF-8"};
    end.hash = chain(end.hash, body);
    end.is_sealed = event.has_finished();
    insert_.bind(1, event.task_id())
      .bind(2, static_cast<int64_t>(event.sequence()))
      .bind(3, nanoseconds_of(event.time()))
      .bind(4, event.actor())
      .bind(5, static_cast<int64_t>(event.payload_case()))
      .bind_blob(6, end.hash)
      .bind_blob(7, body);
    auto is_stored
      = insert_.run()
        && (!event.has_finished()
            || store_seal(insert_seal_,
                          key_.sign(event.task_id(), end.sequence, end.hash)));
    return is_stored ? expected<void>{} : db_->failure("write");
  }

  expected<chain_end> end_of(const std::string& task_id) {
    if (auto known = ends_.find(task_id); known != ends_.end())
      return known->second;
    chain_end end;
    last_.bind(1, task_id);
    auto state = last_.step();
    if (state == SQLITE_ROW)
      end = {static_cast<uint64_t>(last_.number(0)), digest{last_.bytes(1)},
             last_.number(2) == pb::Event::kFinished};
    auto is_known = state == SQLITE_ROW || state == SQLITE_DONE;
    auto failed = is_known ? error{} : db_->failure("read");
    last_.reset();
    if (!is_known)
      return failed;
    return end;
  }

  /// Takes the transaction back. What is known of its tasks may be what was
  /// wrong: it is read again the next time.
  error undo(error why, const chain_ends& ends) {
    rollback_.run(); // Fails where SQLite has done it by itself.
    for (auto& [task_id, end] : ends)
      ends_.erase(task_id);
    return why;
  }

  std::unique_ptr<database> db_; // First: its statements go before it.
  signing_key key_;
  sqlite::statement begin_, commit_, rollback_, insert_, insert_seal_, last_,
    read_, tasks_, unfinished_, epoch_;
  chain_ends ends_; // As committed.
};

} // namespace

expected<std::unique_ptr<event_log>>
open_sqlite_log(const std::filesystem::path& file) {
  auto db = database::open(file);
  if (!db)
    return db.error();
  auto key = signing_key::open(file.parent_path());
  if (!key)
    return key.error();
  if (auto ready = bring_up_to_date(**db, *key); !ready)
    return ready.error();
  auto log = std::make_unique<sqlite_log>(std::move(*db), std::move(*key));
  if (auto ready = log->prepare(); !ready)
    return ready.error();
  return std::unique_ptr<event_log>{std::move(log)};
}

} // namespace cohort::runtime::journal
