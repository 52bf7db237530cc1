#include "runtime/audit/chain_check.hpp"

#include <doctest/doctest.h>

#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::chain_check_test {

using namespace cohort::tests;
using cohort::runtime::audit::chain_check;
using cohort::runtime::journal::chain;
using cohort::runtime::journal::chain_start;
using cohort::runtime::journal::event_row;
using cohort::runtime::journal::public_key;
using cohort::runtime::journal::seal;
using cohort::runtime::journal::signing_key;

namespace {

/// Three rows, the last of which ends the task, and its seal.
struct history {
  temp_folder folder;
  std::vector<event_row> rows;
  std::optional<seal> end;

  history() {
    auto secret = signing_key::open(folder.path());
    auto hash = chain_start();
    for (int64_t i = 1; i <= 3; ++i) {
      auto event = i < 3 ? event_of("t", static_cast<uint32_t>(i))
                         : finished_event("t");
      event.set_sequence(static_cast<uint64_t>(i));
      auto body = event.SerializeAsString();
      hash = chain(hash, body);
      rows.push_back({i, "t", i, event.time().seconds() * 1'000'000'000,
                      event.actor(), static_cast<int64_t>(event.payload_case()),
                      hash, body});
    }
    end = secret->sign("t", 3, hash);
  }

  /// The first thing that is wrong; empty when nothing is.
  [[nodiscard]] std::string check() const {
    auto key = public_key::read(folder.path() / "audit.pub");
    chain_check checked{"t"};
    for (auto& row : rows)
      if (auto event = checked.add(row); !event)
        return event.error().message;
    auto done = checked.end(end, *key);
    return done ? "" : done.error().message;
  }

  /// Whether it is the event that is named.
  [[nodiscard]] bool blames(int event, const std::string& why) const {
    auto said = check();
    INFO(said);
    return said.starts_with("event " + std::to_string(event) + " of task t: ")
           && said.find(why) != std::string::npos;
  }
};

} // namespace

TEST_CASE("what was written is whole") {
  history task;
  CHECK(task.check().empty());
  task.rows.pop_back();
  task.end.reset();
  CHECK(task.check().empty()); // A task that goes on.
}

TEST_CASE("an event that was changed is named, and no other") {
  history task;
  auto& body = task.rows[1].body;
  body[body.size() / 2] ^= 1;
  CHECK(task.blames(2, "not what was written"));
}

TEST_CASE("a change with the right hash shows in the event behind it") {
  history task;
  auto& row = task.rows[1];
  auto event = event_of("t", 99);
  event.set_sequence(2);
  row.body = event.SerializeAsString();
  row.hash = chain(task.rows[0].hash, row.body);
  CHECK(task.blames(3, "not what was written"));
}

TEST_CASE("a whole new chain does not fit the seal") {
  history task;
  auto hash = chain_start();
  for (auto& row : task.rows) {
    auto event = row.sequence < 3 ? event_of("t", 77) : finished_event("t");
    event.set_sequence(static_cast<uint64_t>(row.sequence));
    row.body = event.SerializeAsString();
    hash = row.hash = chain(hash, row.body);
  }
  CHECK(task.blames(3, "not the one that was sealed"));
  task.end->hash = hash;
  CHECK(task.check().find("not what was signed") != std::string::npos);
}

TEST_CASE("events that are missing, twice there or exchanged are named") {
  history task;
  auto& rows = task.rows;
  SUBCASE("missing") {
    rows.erase(rows.begin() + 1);
    CHECK(task.blames(2, "missing"));
  }
  SUBCASE("the first one") {
    rows.erase(rows.begin());
    CHECK(task.blames(1, "missing"));
  }
  SUBCASE("the last one") {
    rows.pop_back();
    CHECK(task.blames(3, "missing"));
  }
  SUBCASE("twice") {
    rows.insert(rows.begin() + 1, rows[0]);
    CHECK(task.blames(2, "missing"));
  }
  SUBCASE("exchanged") {
    std::swap(rows[0].body, rows[1].body);
    CHECK(task.blames(1, "not what was written"));
  }
  SUBCASE("one behind the end") {
    rows.push_back(rows.back());
    CHECK(task.blames(4, "after the task's end"));
  }
}

TEST_CASE("an event of another task has no place here") {
  history task;
  auto other = event_of("u");
  other.set_sequence(1);
  task.rows[0].body = other.SerializeAsString();
  task.rows[0].hash = chain(chain_start(), task.rows[0].body);
  CHECK(task.blames(1, "of task u"));
}

TEST_CASE("a row must say what its event says") {
  history task;
  auto& row = task.rows[1];
  SUBCASE("time") {
    ++row.time;
  }
  SUBCASE("actor") {
    row.actor = "somebody";
  }
  SUBCASE("kind") {
    row.kind = 36;
  }
  CHECK(task.blames(2, "its row"));
}

TEST_CASE("rows stand in the order of their events") {
  history task;
  std::swap(task.rows[0].id, task.rows[1].id);
  CHECK(task.blames(2, "before"));
}

TEST_CASE("an end without a seal, and a seal without an end") {
  history task;
  SUBCASE("no seal") {
    task.end.reset();
    CHECK(task.blames(3, "no seal"));
  }
  SUBCASE("no end") {
    task.rows.resize(1);
    CHECK(task.blames(2, "ended with event 3"));
  }
}

} // namespace cohort::tests::chain_check_test
