#include "runtime/learning/history_store.hpp"

#include <fstream>
#include <memory>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "tests/runtime/learning/ended_task.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::history_store_test {

using namespace cohort::runtime::learning;

namespace {

history lesson(const std::string& error_type = "syntax") {
  ended_task task;
  task.subtask("s1", "failed", 3, error_type);
  *task.verdict("history").add_predictions()
    = prediction(pb::FINDING_KIND_HISTORY, 0.5, "s1");
  return lessons_of(task.result);
}

struct sqlite_closer {
  void operator()(sqlite3* handle) const {
    sqlite3_close(handle);
  }
};
using sqlite_handle = std::unique_ptr<sqlite3, sqlite_closer>;

struct store_fixture {
  temp_folder folder;
  std::filesystem::path file = folder.path() / "history.db";
  std::string warning;

  [[nodiscard]] sqlite_handle database() const {
    sqlite3* handle = nullptr;
    sqlite3_open(file.c_str(), &handle);
    return sqlite_handle{handle};
  }

  static bool run(sqlite3* handle, const char* sql) {
    return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  void execute(const char* sql) const {
    REQUIRE(run(database().get(), sql));
  }

  std::unique_ptr<history_store> open() {
    auto store = history_store::open(file, warning);
    REQUIRE(store.has_value());
    return std::move(*store);
  }

  history known() {
    auto all = open()->read();
    REQUIRE(all.has_value());
    return *all;
  }
};

} // namespace

TEST_CASE_FIXTURE(store_fixture, "what is added is there the next time") {
  CHECK(known().kinds.empty());
  for (int i = 0; i < 3; ++i)
    REQUIRE(open()->add(lesson()).has_value());
  auto all = known();
  REQUIRE(all.kinds.size() == 2);
  CHECK(all.kinds[0].failed() == 3);
  CHECK(all.kinds[0].mean_seconds() == doctest::Approx(3));
  REQUIRE(all.judges.size() == 1);
  CHECK(all.judges[0].predictions() == 3);
  CHECK(all.judges[0].brier_sum() == doctest::Approx(0.75));
  CHECK(warning.empty());
}

TEST_CASE_FIXTURE(store_fixture, "what is forgotten is gone") {
  REQUIRE(open()->add(lesson()).has_value());
  REQUIRE(open()->forget().has_value());
  auto all = known();
  CHECK(all.kinds.empty());
  CHECK(all.judges.empty());
  CHECK(all.durations.empty());
}

TEST_CASE_FIXTURE(store_fixture, "durations are added up by kind and size") {
  ended_task task;
  task.subtask("s1", "merged", 6).subtask("s2", "merged", 6);
  for (auto& planned : *task.result.mutable_plan()->mutable_subtasks())
    planned.set_effort_seconds(2);
  REQUIRE(open()->add(lessons_of(task.result)).has_value());
  auto all = known();
  REQUIRE(all.durations.size() == 2); // Of all types, and of syntax.
  CHECK(all.durations[0].ended() == 2);
  CHECK(all.durations[0].ratio() > 2);
}

TEST_CASE_FIXTURE(store_fixture, "what is not heard of for long counts less") {
  for (int i = 0; i < 8; ++i)
    REQUIRE(open()->add(lesson()).has_value());
  CHECK(known().kinds[0].failed() == 8);
  for (int i = 0; i < 40; ++i)
    REQUIRE(open()->add({}).has_value());
  CHECK(known().kinds[0].failed() == 2);
  REQUIRE(open()->add(lesson()).has_value());
  CHECK(known().kinds[0].failed() == 3);
}

TEST_CASE_FIXTURE(store_fixture, "who only looks sets nothing aside") {
  REQUIRE(open()->add(lesson()).has_value());
  execute("PRAGMA user_version=7");
  auto refused = history_store::open_as_it_is(file);
  REQUIRE(!refused);
  CHECK(refused.error().message.find("another version") != std::string::npos);
  CHECK(!std::filesystem::exists(folder.path() / "history.db.aside"));
}

TEST_CASE_FIXTURE(store_fixture,
                  "a table that is missing is no other version") {
  REQUIRE(open()->add(lesson()).has_value());
  execute("DROP TABLE kinds");
  CHECK(known().kinds.empty());
  CHECK(warning.find("no such table") != std::string::npos);
}

TEST_CASE_FIXTURE(store_fixture,
                  "a damaged file is set aside, and it is said") {
  REQUIRE(open()->add(lesson()).has_value());
  std::ofstream{file} << "this is no database, and is long enough to be read";
  CHECK(known().kinds.empty());
  CHECK(warning.find("history.db") != std::string::npos);
  REQUIRE(open()->add(lesson()).has_value());
  CHECK(known().kinds.size() == 2);
  CHECK(std::filesystem::exists(folder.path() / "history.db.aside"));
}

TEST_CASE_FIXTURE(store_fixture, "a file of another version is set aside") {
  REQUIRE(open()->add(lesson()).has_value());
  execute("PRAGMA user_version=7");
  CHECK(known().kinds.empty());
  CHECK(warning.find("another version") != std::string::npos);
}

TEST_CASE_FIXTURE(store_fixture, "a file that another program holds stays") {
  REQUIRE(open()->add(lesson()).has_value());
  execute("PRAGMA journal_mode=DELETE");
  auto holder = database();
  REQUIRE(run(holder.get(), "BEGIN EXCLUSIVE"));
  auto refused = history_store::open(file, warning);
  REQUIRE(!refused);
  CHECK(refused.error().message.find("locked") != std::string::npos);
  holder.reset();
  CHECK(known().kinds.size() == 2);
  CHECK(warning.empty());
}

TEST_CASE_FIXTURE(store_fixture, "it does not grow for ever") {
  auto store = open();
  for (int block = 0; block < 10; ++block) {
    ended_task task;
    for (int i = 0; i < 500; ++i)
      task.subtask("s" + std::to_string(i), "merged", 1,
                   "type" + std::to_string(500 * block + i));
    REQUIRE(store->add(lessons_of(task.result)).has_value());
  }
  CHECK(known().kinds.size() == 4096);
}

TEST_CASE("a folder that is not there is an error") {
  std::string warning;
  CHECK(!history_store::open("/nowhere/history.db", warning).has_value());
}

} // namespace cohort::tests::history_store_test
