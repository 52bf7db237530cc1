#include "runtime/audit/retention.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "runtime/audit/set_aside.hpp"
#include "runtime/audit/verify_log.hpp"
#include "tests/runtime/audit/audited_state.hpp"

namespace cohort::tests::retention_test {

using namespace cohort::tests;
using namespace cohort::runtime::audit;
using cohort::runtime::journal::ledger;
using words = std::vector<std::string>;

namespace {

constexpr int64_t day = 86'400'000'000'000;
constexpr int64_t ended = 1'700'000'000'000'000'000; // Of the task "done".

words ids(const std::vector<ended_task>& tasks) {
  words result;
  for (auto& task : tasks)
    result.push_back(task.id);
  return result;
}

words removed(const retention& limits) {
  std::vector<ended_task> tasks{{"old", 1 * day, true, "", true, 300},
                                {"mine", 2 * day, false, "", true, 300},
                                {"new", 9 * day, true, "", true, 300}};
  auto chosen = choose_expired(tasks, limits, 10 * day, 1000);
  CHECK((chosen.undelivered.empty() || ids(chosen.undelivered)[0] == "mine"));
  return ids(chosen.removed);
}

size_t count_files(const fs::path& folder) {
  size_t files = 0;
  for (auto& entry : fs::recursive_directory_iterator{folder})
    files += entry.is_regular_file() ? 1 : 0;
  return files;
}

cleaned clean(const audited_state& where, const retention& limits,
              cleaning how = cleaning::whole) {
  auto done = clean_up(where.state, limits, ended + 5 * day, how);
  INFO(std::string{done ? "" : done.error().message});
  REQUIRE(done.has_value());
  return *done;
}

void damage(const audited_state& where, const std::string& which) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(where.journal_file.c_str(), &handle) == SQLITE_OK);
  CHECK(sqlite3_exec(handle,
                     ("UPDATE events SET body = x'ff' WHERE " + which).c_str(),
                     nullptr, nullptr, nullptr)
        == SQLITE_OK);
  sqlite3_close(handle);
}

void set_change(const audited_state& where, messages::v1::Patch& patch) {
  patch.set_base_tree(where.base);
  patch.set_result_tree(where.result);
}

/// What is wrong with what is left, and how many tasks it is.
std::pair<size_t, size_t> verify(const audited_state& where) {
  auto log = ledger::open(where.journal_file);
  auto tasks = log->tasks();
  auto key = where.key();
  auto found = verify_log(*log, *tasks, {where.store, key});
  CHECK(log->check_file().has_value());
  return {found.bad.size(), found.tasks};
}

} // namespace

TEST_CASE("what is chosen is beyond every limit, and was delivered") {
  CHECK(removed({}).empty());
  CHECK(removed({5.0, {}}) == words{"old"});
  CHECK(removed({0.5, {}}) == words{"new", "old"});
  CHECK(removed({{}, 1}) == words{"old"});
  CHECK(removed({{}, 0}) == words{"new", "old"});
  CHECK(removed({{}, 3}).empty());
  CHECK(removed({0.5, 1}) == words{"old"});
  CHECK(removed({20.0, 0}).empty());
}

TEST_CASE("a clock that was set back forgets nothing") {
  std::vector<ended_task> tasks{{"old", 3 * day, true, ""}};
  CHECK(choose_expired(tasks, {1.0, {}}, 2 * day, 0).removed.empty());
  CHECK(choose_expired(tasks, {1.0, {}}, 5 * day, 0).removed.size() == 1);
}

TEST_CASE("of too large a journal the oldest go, whatever their age, until it "
          "is small enough") {
  CHECK(removed({{}, {}, 1000}).empty());
  CHECK(removed({{}, {}, 999}) == words{"old"});
  CHECK(removed({{}, {}, 700}) == words{"old"});
  CHECK(removed({{}, {}, 699}) == words{"new", "old"});
  CHECK(removed({{}, {}, 1}) == words{"new", "old"});
  CHECK(removed({0.5, 1, 700}) == words{"old"});
  CHECK(removed({0.5, 1, 699}) == words{"new", "old"});
}

TEST_CASE("a patch that nobody has applied stays when its task goes") {
  audited_state where{false};
  CHECK(ids(clean(where, {3.0, {}}).tasks.removed) == words{"done"});
  CHECK(fs::exists(where.patch));
}

TEST_CASE("a task that has ended goes with all that only it needs; the audit "
          "of the others stays whole") {
  audited_state where;
  auto done = clean(where, {3.0, {}});
  CHECK(ids(done.tasks.removed) == words{"done"});
  CHECK(done.objects.objects == 12);
  CHECK(done.objects.bytes > 0);
  CHECK(count_files(where.store / "objects") == 0);
  CHECK_FALSE(fs::exists(where.patch));
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 1});
  auto store = cohort::runtime::workspace::object_store::open(where.store);
  CHECK_FALSE(store->kept("done/base").has_value());
  auto log = open_log(where.journal_file);
  CHECK(*log->tasks() == words{"open"});
  CHECK_FALSE(ledger::open(where.journal_file)->has_leftovers());
  append(*log, {event_of("open", 3)});
  CHECK(count_gapless(*log, "open") == 3);
}

TEST_CASE("while what stays cannot be read, tasks go, and no object does") {
  audited_state where;
  damage(where, "task_id = 'open'");
  auto files = count_files(where.store / "objects");
  auto done = clean(where, {3.0, {}});
  CHECK(ids(done.tasks.removed) == words{"done"});
  REQUIRE(done.objects_stay.has_value());
  CHECK(done.objects_stay->message.find("what task open needs is not known")
        != std::string::npos);
  CHECK(count_files(where.store / "objects") == files);
  CHECK_FALSE(fs::exists(where.patch));
  CHECK(*open_log(where.journal_file)->tasks() == words{"open"});

  SUBCASE("set aside, it is in the way no more") {
    auto file = set_aside(where.state, "open");
    REQUIRE(file.has_value());
    CHECK(*file == where.state / "set-aside" / "open.jsonl");
    auto lines = bytes_of(*file);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
    CHECK(lines.find("\"body\":\"ff\"") != std::string::npos);
    CHECK(open_log(where.journal_file)->tasks()->empty());
    CHECK(clean(where, {}, cleaning::due).objects.objects == 12);
    CHECK(count_files(where.store / "objects") == 0);
  }
}

TEST_CASE(
  "the damaged end of a task that goes on is set aside, and what stands "
  "before it stays") {
  audited_state where;
  {
    auto log = open_log(where.journal_file);
    append(*log, {event_of("open", 3), event_of("open", 4)});
  }
  CHECK(set_tail_aside(where.state, "open").error().code
        == cohort::runtime::errc::invalid_request); // All of it is whole.
  damage(where, "task_id = 'open' AND sequence = 3");
  auto tail = set_tail_aside(where.state, "open");
  REQUIRE(tail.has_value());
  CHECK(tail->first == 3);
  CHECK(tail->events == 2);
  CHECK(tail->file == where.state / "set-aside" / "open.3.jsonl");
  auto lines = bytes_of(tail->file);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
  CHECK(lines.find("\"body\":\"ff\"") != std::string::npos);
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 2});
  auto log = open_log(where.journal_file);
  append(*log, {event_of("open", 5)});
  CHECK(count_gapless(*log, "open") == 3);
}

TEST_CASE("what has ended, or is damaged from the first event on, is not cut") {
  audited_state where;
  damage(where, "sequence < 3");
  for (auto* id : {"open", "done"})
    CHECK(set_tail_aside(where.state, id).error().code
          == cohort::runtime::errc::invalid_request);
  CHECK(set_tail_aside(where.state, "none").error().code
        == cohort::runtime::errc::not_found);
  CHECK_FALSE(fs::exists(where.state / "set-aside"));
}

TEST_CASE("only a damaged task is set aside") {
  audited_state where;
  CHECK(set_aside(where.state, "done").error().code
        == cohort::runtime::errc::invalid_request);
  CHECK(set_aside(where.state, "none").error().code
        == cohort::runtime::errc::not_found);
  CHECK_FALSE(fs::exists(where.state / "set-aside"));
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 2});
}

TEST_CASE("beside tasks that run no object goes; the next start removes what "
          "was left over") {
  audited_state where;
  auto files = count_files(where.store / "objects");
  {
    auto log = open_log(where.journal_file); // A head's.
    auto done = clean(where, {3.0, {}}, cleaning::beside_tasks);
    CHECK(ids(done.tasks.removed) == words{"done"});
    CHECK(done.objects.objects == 0);
    append(*log, {event_of("open", 3), event_of("new")});
    CHECK(*log->tasks() == words{"open", "new"});
  }
  CHECK_FALSE(fs::exists(where.patch));
  CHECK(fs::exists(where.store / "refs" / "cohort"));
  CHECK_FALSE(fs::exists(where.store / "refs" / "cohort" / "done"));
  CHECK(count_files(where.store / "objects") == files);
  CHECK(verify(where).first == 0);

  CHECK(clean(where, {3.0, {}}, cleaning::due).objects.objects == 12);
  CHECK(count_files(where.store / "objects") == 0);
}

TEST_CASE("a start looks at no object when no task left any over") {
  audited_state where;
  write_bytes(where.workspace / "src" / "a.cc", "int lost;\n");
  where.snapshot();
  CHECK(clean(where, {7.0, {}}, cleaning::due).objects.objects == 0);
  CHECK(clean(where, {7.0, {}}).objects.objects == 3);
}

TEST_CASE("a task that goes on keeps what its events name") {
  audited_state where;
  {
    auto log = open_log(where.journal_file);
    auto event = event_of("open");
    event.mutable_merged()->set_tree(where.base);
    append(*log, {event});
  }
  CHECK(clean(where, {3.0, {}}).objects.objects == 6); // The result's own.
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 1});
}

TEST_CASE("nothing goes that is young, or when only asked") {
  audited_state where;
  auto files = count_files(where.state);
  CHECK(clean(where, {7.0, {}}).tasks.removed.empty());
  CHECK(clean(where, {{}, 1}).tasks.removed.empty());
  auto would = clean(where, {3.0, {}}, cleaning::rehearsal);
  CHECK(ids(would.tasks.removed) == words{"done"});
  CHECK(would.objects.objects == 12);
  CHECK(count_files(where.state) >= files);
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 2});
}

TEST_CASE("without a limit only what nothing needs goes") {
  audited_state where;
  write_bytes(where.workspace / "src" / "a.cc", "int lost;\n");
  where.snapshot();
  auto done = clean(where, {});
  CHECK(done.tasks.removed.empty());
  CHECK(done.objects.objects == 3); // The file, its folder, the root.
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 2});
}

TEST_CASE("a clean-up that was cut off is finished by the next one") {
  audited_state where;
  REQUIRE(
    cohort::runtime::workspace::forget_names(where.store, "done").has_value());
  fs::remove(where.patch);
  CHECK(clean(where, {3.0, {}}).objects.objects == 12);
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 1});
}

TEST_CASE("a result that was not delivered stays") {
  audited_state where;
  {
    auto log = open_log(where.journal_file);
    auto finished = finished_event("kept");
    set_change(where,
               *finished.mutable_finished()->mutable_result()->mutable_patch());
    append(*log, {finished});
  }
  auto done = clean(where, {3.0, {}});
  CHECK(ids(done.tasks.removed) == words{"done"});
  CHECK(ids(done.tasks.undelivered) == words{"kept"});
  CHECK(done.objects.objects == 0);
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 2});
}

TEST_CASE("what a task made that ended without a result stays, until it is "
          "abandoned") {
  audited_state where;
  auto end = [](const std::string& id) {
    auto finished = finished_event(id);
    finished.mutable_finished()->mutable_result()->set_outcome(
      messages::v1::TASK_OUTCOME_CANCELLED);
    return finished;
  };
  {
    auto log = open_log(where.journal_file);
    auto completed = event_of("cancelled");
    set_change(
      where, *completed.mutable_completed()->mutable_result()->mutable_patch());
    append(*log, {completed, event_of("idle")});
    append(*log, {end("cancelled"), end("idle")});
  }
  auto done = clean(where, {3.0, {}});
  CHECK(ids(done.tasks.removed) == words{"done", "idle"});
  CHECK(ids(done.tasks.undelivered) == words{"cancelled"});
  CHECK(done.objects.objects == 0);
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 2});
  CHECK(clean_up(where.state, {{}, {}, 0, {"open"}}, 0, cleaning::whole)
          .error()
          .code
        == cohort::runtime::errc::not_found);
  done = clean(where, {{}, {}, 0, {"cancelled"}});
  CHECK(ids(done.tasks.removed) == words{"cancelled"});
  CHECK(done.objects.objects == 12);
  CHECK(verify(where) == std::pair<size_t, size_t>{0, 1});
}

TEST_CASE("when a tree that stays cannot be read, no object is removed") {
  audited_state where;
  {
    auto log = open_log(where.journal_file);
    auto event = event_of("open");
    event.mutable_merged()->set_tree(where.base);
    append(*log, {event});
  }
  write_bytes(where.store / "objects" / where.base.substr(0, 2)
                / where.base.substr(2),
              "damaged");
  auto files = count_files(where.store / "objects");
  CHECK(clean(where, {}).objects_stay.has_value());
  CHECK(count_files(where.store / "objects") == files);
}

} // namespace cohort::tests::retention_test
