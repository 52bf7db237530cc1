#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "runtime/journal/database.hpp"
#include "runtime/journal/event_log.hpp"
#include "runtime/journal/rules.hpp"

namespace cohort::runtime::journal {

namespace {

constexpr size_t cached_tasks_max = 10'000;

/// Times that 64 bits cannot hold become the nearest that they can.
int64_t nanoseconds_of(const google::protobuf::Timestamp& time) {
  constexpr int64_t most = 9'000'000'000; // Seconds: 285 years.
  return std::clamp(time.seconds(), -most, most) * 1'000'000'000 + time.nanos();
}

class sqlite_log final : public event_log {
public:
  explicit sqlite_log(std::unique_ptr<database> db) : db_{std::move(db)} {
    // nop
  }

  expected<void> prepare() {
    begin_ = db_->prepare("BEGIN IMMEDIATE");
    commit_ = db_->prepare("COMMIT");
    rollback_ = db_->prepare("ROLLBACK");
    insert_ = db_->prepare(
      "INSERT INTO events (task_id, sequence, time, actor, kind, body) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    last_ = db_->prepare("SELECT COALESCE(MAX(sequence), 0) FROM events "
                         "WHERE task_id = ?1");
    read_ = db_->prepare("SELECT sequence, body FROM events "
                         "WHERE task_id = ?1 ORDER BY sequence");
    tasks_ = db_->prepare("SELECT task_id FROM events INDEXED BY first_events "
                          "WHERE sequence = 1 ORDER BY id");
    unfinished_ = db_->prepare(
      "SELECT task_id, body FROM events AS first INDEXED BY first_events "
      "WHERE sequence = 1 AND NOT EXISTS "
      "(SELECT 1 FROM events INDEXED BY finished_events "
      "WHERE task_id = first.task_id AND kind = "
      + std::to_string(pb::Event::kFinished) + ") ORDER BY id");
    epoch_ = db_->prepare("UPDATE meta SET value = value + 1 "
                          "WHERE name = 'epoch' RETURNING value");
    for (auto* each : {&begin_, &commit_, &rollback_, &insert_, &last_, &read_,
                       &tasks_, &unfinished_, &epoch_})
      if (!*each)
        return db_->failure("use the tables of");
    return {};
  }

  expected<void> append(std::vector<pb::Event>& events) override {
    if (auto fine = check_events(events); !fine)
      return fine;
    if (events.empty())
      return {};
    if (!begin_.run())
      return db_->failure("write");
    std::map<std::string, uint64_t> last; // Of the tasks of these events.
    for (auto& event : events)
      if (auto stored = store(event, last); !stored)
        return undo(stored.error(), last);
    if (!commit_.run())
      return undo(db_->failure("write"), last);
    if (last_sequences_.size() > cached_tasks_max)
      last_sequences_.clear(); // What is still needed is read again.
    for (auto& [task_id, sequence] : last)
      last_sequences_[task_id] = sequence;
    return {};
  }

  expected<std::vector<pb::Event>> read(const std::string& task_id) override {
    std::vector<pb::Event> events;
    read_.bind(1, task_id);
    int state = SQLITE_DONE;
    while ((state = read_.step()) == SQLITE_ROW) {
      auto body = read_.bytes(1);
      auto sequence = static_cast<int64_t>(events.size()) + 1;
      auto& event = events.emplace_back();
      if (read_.number(0) != sequence
          || !event.ParseFromArray(body.data(), static_cast<int>(body.size()))
          || event.task_id() != task_id
          || static_cast<int64_t>(event.sequence()) != sequence) {
        read_.reset();
        return db_->damaged("event " + std::to_string(sequence) + " of task "
                            + task_id + " is missing or not what was written");
      }
    }
    auto failed = state == SQLITE_DONE ? error{} : db_->failure("read");
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
  /// Within a transaction. Keeps the sequence that was given in `last`.
  expected<void> store(pb::Event& event,
                       std::map<std::string, uint64_t>& last) {
    auto found = last.find(event.task_id());
    if (found == last.end()) {
      auto before = last_sequence(event.task_id());
      if (!before)
        return before.error();
      found = last.emplace(event.task_id(), *before).first;
    }
    event.set_sequence(++found->second);
    auto body = event.SerializeAsString();
    // Protobuf writes text that is no UTF-8 but does not read it, and what
    // compilers and file systems say may be such text.
    if (pb::Event again; !again.ParseFromString(body))
      return error{errc::invalid_message,
                   "an event of task " + event.task_id()
                     + " cannot be journaled: some text in it is not UTF-8"};
    insert_.bind(1, event.task_id())
      .bind(2, static_cast<int64_t>(event.sequence()))
      .bind(3, nanoseconds_of(event.time()))
      .bind(4, event.actor())
      .bind(5, static_cast<int64_t>(event.payload_case()))
      .bind_blob(6, body);
    return insert_.run() ? expected<void>{} : db_->failure("write");
  }

  expected<uint64_t> last_sequence(const std::string& task_id) {
    if (auto known = last_sequences_.find(task_id);
        known != last_sequences_.end())
      return known->second;
    last_.bind(1, task_id);
    auto is_row = last_.step() == SQLITE_ROW;
    auto sequence = is_row ? static_cast<uint64_t>(last_.number(0)) : 0;
    auto failed = is_row ? error{} : db_->failure("read");
    last_.reset();
    if (!is_row)
      return failed;
    return sequence;
  }

  /// Takes the transaction back. What is known of its tasks may be what was
  /// wrong: it is read again the next time.
  error undo(error why, const std::map<std::string, uint64_t>& last) {
    rollback_.run(); // Fails where SQLite has done it by itself.
    for (auto& [task_id, sequence] : last)
      last_sequences_.erase(task_id);
    return why;
  }

  std::unique_ptr<database> db_; // First: its statements go before it.
  sqlite::statement begin_, commit_, rollback_, insert_, last_, read_, tasks_,
    unfinished_, epoch_;
  std::map<std::string, uint64_t> last_sequences_; // By task; as committed.
};

} // namespace

expected<std::unique_ptr<event_log>>
open_sqlite_log(const std::filesystem::path& file) {
  auto db = database::open(file);
  if (!db)
    return db.error();
  auto log = std::make_unique<sqlite_log>(std::move(*db));
  if (auto ready = log->prepare(); !ready)
    return ready.error();
  return std::unique_ptr<event_log>{std::move(log)};
}

} // namespace cohort::runtime::journal
