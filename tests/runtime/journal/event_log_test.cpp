#include <doctest/doctest.h>

#include <map>
#include <random>

#include <google/protobuf/util/message_differencer.h>
#include <sqlite3.h>

#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::event_log_test {

using namespace cohort::tests;
using cohort::runtime::errc;
using google::protobuf::util::MessageDifferencer;
using words = std::vector<std::string>;

namespace {

struct in_memory {
  std::unique_ptr<journal::event_log> log = journal::make_memory_log();
};

struct in_sqlite {
  temp_folder folder;
  std::unique_ptr<journal::event_log> log
    = open_log(folder.path() / "journal.db");
};

} // namespace

TEST_CASE_TEMPLATE("an empty log has no tasks and no events", T, in_memory,
                   in_sqlite) {
  T fresh;
  CHECK(fresh.log->tasks()->empty());
  CHECK(fresh.log->read("t1")->empty());
  std::vector<pb::Event> nothing;
  CHECK(fresh.log->append(nothing).has_value());
}

TEST_CASE_TEMPLATE("nothing comes behind the end of a task", T, in_memory,
                   in_sqlite) {
  T fresh;
  std::vector<pb::Event> both{finished_event("a"), event_of("a")};
  CHECK(fresh.log->append(both).error().code == errc::invalid_message);
  append(*fresh.log, {event_of("a"), finished_event("a"), event_of("b")});
  std::vector<pb::Event> more{event_of("b"), event_of("a")};
  auto refused = fresh.log->append(more);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message
        == "task a has ended; nothing can come behind that");
  more = {finished_event("a")};
  CHECK_FALSE(fresh.log->append(more).has_value());
  CHECK(count_gapless(*fresh.log, "a") == 2);
  CHECK(count_gapless(*fresh.log, "b") == 1);
}

TEST_CASE_TEMPLATE("events come back as they went in, numbered per task", T,
                   in_memory, in_sqlite) {
  T fresh;
  std::vector<pb::Event> events{event_of("a", 7), event_of("b", 8),
                                event_of("a", 9)};
  events[1].set_reason(std::string{"nul \0 and \xc3\xa9", 12});
  REQUIRE(fresh.log->append(events).has_value());
  CHECK(events[0].sequence() == 1);
  CHECK(events[1].sequence() == 1);
  CHECK(events[2].sequence() == 2);

  auto a = fresh.log->read("a");
  auto b = fresh.log->read("b");
  REQUIRE(a->size() == 2);
  REQUIRE(b->size() == 1);
  CHECK(MessageDifferencer::Equals((*a)[0], events[0]));
  CHECK(MessageDifferencer::Equals((*a)[1], events[2]));
  CHECK(MessageDifferencer::Equals((*b)[0], events[1]));
}

TEST_CASE_TEMPLATE("tasks are listed in order of their first event", T,
                   in_memory, in_sqlite) {
  T fresh;
  append(*fresh.log, {event_of("z"), event_of("m")});
  append(*fresh.log, {event_of("a"), event_of("z")});
  append(*fresh.log, {event_of("m")});
  CHECK(*fresh.log->tasks() == words{"z", "m", "a"});
}

TEST_CASE_TEMPLATE("tasks without an end are told of by their first events", T,
                   in_memory, in_sqlite) {
  T fresh;
  CHECK(fresh.log->unfinished()->empty());
  append(*fresh.log, {event_of("z", 1), event_of("a", 2), event_of("z", 3)});
  append(*fresh.log, {event_of("m", 4), finished_event("a")});
  auto left = fresh.log->unfinished();
  REQUIRE(left->size() == 2);
  CHECK((*left)[0].task_id() == "z");
  CHECK((*left)[0].sequence() == 1);
  CHECK((*left)[0].round_started().round() == 1);
  CHECK((*left)[1].task_id() == "m");
  append(*fresh.log, {finished_event("m"), finished_event("z")});
  CHECK(fresh.log->unfinished()->empty());
}

TEST_CASE("an unreadable first event leaves the task's id") {
  in_sqlite made;
  append(*made.log, {event_of("a"), event_of("b")});
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open((made.folder.path() / "journal.db").c_str(), &handle)
          == SQLITE_OK);
  CHECK(sqlite3_exec(handle,
                     "UPDATE events SET body = x'ff' WHERE task_id = 'a'",
                     nullptr, nullptr, nullptr)
        == SQLITE_OK);
  sqlite3_close(handle);
  auto left = made.log->unfinished();
  REQUIRE(left->size() == 2);
  CHECK((*left)[0].task_id() == "a");
  CHECK((*left)[0].payload_case() == pb::Event::PAYLOAD_NOT_SET);
  CHECK((*left)[1].has_round_started());
}

TEST_CASE_TEMPLATE("ids are compared byte by byte", T, in_memory, in_sqlite) {
  T fresh;
  std::string long_id(10'000, 'x');
  append(*fresh.log, {event_of("t"), event_of("T"), event_of("t "),
                      event_of(std::string{"t\0u", 3}), event_of("' OR 1=1 --"),
                      event_of(long_id)});
  CHECK(fresh.log->tasks()->size() == 6);
  CHECK(fresh.log->read("t")->size() == 1);
  CHECK(fresh.log->read("' OR 1=1 --")->size() == 1);
  CHECK(fresh.log->read(long_id)->size() == 1);
}

TEST_CASE_TEMPLATE("one bad event keeps the good ones with it out", T,
                   in_memory, in_sqlite) {
  T fresh;
  append(*fresh.log, events_of("a", 2));
  auto bad = events_of("a", 3);
  SUBCASE("no task") {
    bad[2].clear_task_id();
  }
  SUBCASE("more than 64 MiB") {
    bad[2].set_reason(std::string((64U << 20) + 1, 'x'));
  }
  auto refused = fresh.log->append(bad);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == errc::invalid_message);
  CHECK(fresh.log->read("a")->size() == 2);

  append(*fresh.log, events_of("a", 1));
  CHECK(count_gapless(*fresh.log, "a") == 3);
}

TEST_CASE("an event of 60 MiB is stored") {
  in_sqlite fresh;
  auto large = event_of("a");
  large.set_reason(std::string(60U << 20, 'x'));
  append(*fresh.log, {large});
  CHECK(fresh.log->read("a")->at(0).reason().size() == 60U << 20);
}

TEST_CASE("text that is not UTF-8 is refused, for it could not be read again") {
  in_sqlite fresh;
  append(*fresh.log, events_of("a", 1));
  std::vector<pb::Event> events{event_of("b"), event_of("a")};
  events[1].set_reason("caf\xe9");
  auto refused = fresh.log->append(events);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == errc::invalid_message);
  CHECK(refused.error().message.find("UTF-8") != std::string::npos);
  CHECK(*fresh.log->tasks() == words{"a"});
  append(*fresh.log, events_of("a", 1));
  CHECK(count_gapless(*fresh.log, "a") == 2);
}

TEST_CASE("a time far out of range is kept") {
  in_sqlite fresh;
  auto event = event_of("a");
  event.mutable_time()->set_seconds(INT64_MAX);
  append(*fresh.log, {event});
  CHECK(fresh.log->read("a")->at(0).time().seconds() == INT64_MAX);
}

TEST_CASE_TEMPLATE("each epoch is larger than the one before", T, in_memory,
                   in_sqlite) {
  T fresh;
  auto first = *fresh.log->next_epoch();
  CHECK(first >= 1);
  CHECK(*fresh.log->next_epoch() > first);
}

TEST_CASE("epochs, numbers and order survive a restart") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  uint64_t epoch = 0;
  {
    auto log = open_log(file);
    append(*log, {event_of("b"), event_of("a")});
    epoch = *log->next_epoch();
  }
  auto log = open_log(file);
  CHECK(*log->next_epoch() > epoch);
  append(*log, {event_of("a"), event_of("c")});
  CHECK(count_gapless(*log, "a") == 2);
  CHECK(*log->tasks() == words{"b", "a", "c"});
}

TEST_CASE("a file name that means something to SQLite is a file") {
  temp_folder folder;
  for (auto name : {":memory:", "file:x?mode=memory", "a b'c"}) {
    CAPTURE(name);
    append(*open_log(folder.path() / name), events_of("a", 1));
    CHECK(std::filesystem::exists(folder.path() / name));
    CHECK(open_log(folder.path() / name)->read("a")->size() == 1);
  }
}

TEST_CASE("both logs agree on random appends, restarts included") {
  for (unsigned seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    temp_folder folder;
    auto file = folder.path() / "journal.db";
    auto memory = journal::make_memory_log();
    auto sqlite = open_log(file);
    for (int step = 0; step < 25; ++step) {
      std::vector<pb::Event> events;
      for (auto n = random() % 6; n > 0; --n)
        events.push_back(event_of("t" + std::to_string(random() % 5),
                                  static_cast<uint32_t>(step)));
      if (!events.empty() && random() % 8 == 0)
        events.back().clear_task_id();
      auto copy = events;
      CHECK(memory->append(events).has_value()
            == sqlite->append(copy).has_value());
      if (random() % 10 == 0) {
        sqlite = nullptr;
        sqlite = open_log(file);
      }
    }
    auto ids = *memory->tasks();
    CHECK(*sqlite->tasks() == ids);
    for (auto& id : ids) {
      auto expected = *memory->read(id);
      auto found = *sqlite->read(id);
      REQUIRE(found.size() == expected.size());
      for (size_t i = 0; i < found.size(); ++i)
        CHECK(MessageDifferencer::Equals(found[i], expected[i]));
    }
  }
}

} // namespace cohort::tests::event_log_test
