#include "actors/journal.hpp"

#include <doctest/doctest.h>

#include "tests/support/actor_fixture.hpp"

namespace cohort::tests::journal_test {

using namespace cohort;
using namespace cohort::messages::v1;

namespace {

/// Refuses events whose actor is "bad"; fails altogether when told to.
class picky_log final : public runtime::journal::event_log {
public:
  runtime::expected<void> append(std::vector<Event>& events) override {
    ++appends;
    if (full)
      return runtime::error{runtime::errc::storage_failed, "disk full"};
    for (auto& event : events)
      if (event.actor() == "bad")
        return runtime::error{runtime::errc::invalid_message, "refused"};
    return inner->append(events);
  }
  runtime::expected<std::vector<Event>> read(const std::string& id) override {
    return inner->read(id);
  }
  runtime::expected<std::vector<std::string>> tasks() override {
    return inner->tasks();
  }
  runtime::expected<std::vector<Event>> unfinished() override {
    return inner->unfinished();
  }
  runtime::expected<uint64_t> next_epoch() override {
    return inner->next_epoch();
  }

  std::unique_ptr<event_log> inner = runtime::journal::make_memory_log();
  int appends = 0;
  bool full = false;
};

struct journal_fixture : tests::actor_fixture {
  using client_type = tests::double_of<EventsStored, EventList>;
  std::shared_ptr<picky_log> log = std::make_shared<picky_log>();
  actors::journal_actor journal
    = spawn(actors::journal, std::shared_ptr<runtime::journal::event_log>{log});
  client_type client = spawn_double<EventsStored, EventList>();
  client_type other = spawn_double<EventsStored, EventList>();

  AppendEvents one(const std::string& task, const std::string& actor = "x") {
    AppendEvents append;
    auto& event = *append.add_events();
    event.set_task_id(task);
    event.set_actor(actor);
    event.mutable_snapshot();
    return append;
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/journal");

TEST_CASE_FIXTURE(journal_fixture,
                  "what arrives together is written together") {
  run();
  for (int i = 0; i < 5; ++i)
    caf::send_as(client.actor, journal, one("t"));
  run();
  CHECK(log->appends == 1);
  REQUIRE(client.got<EventsStored>().size() == 5);
  CHECK(client.last<EventsStored>().last_sequence() == 5);
  CHECK(client.last<EventsStored>().code() == 0);
}

TEST_CASE_FIXTURE(journal_fixture,
                  "a refused event does not take those of others along") {
  run();
  caf::send_as(client.actor, journal, one("t", "bad"));
  caf::send_as(other.actor, journal, one("u"));
  run();
  REQUIRE(client.got<EventsStored>().size() == 1);
  CHECK(client.last<EventsStored>().code() != 0);
  REQUIRE(other.got<EventsStored>().size() == 1);
  CHECK(other.last<EventsStored>().code() == 0);
}

TEST_CASE_FIXTURE(journal_fixture, "a full disk is told to every sender") {
  log->full = true;
  send_as(client.actor, journal, one("t"));
  REQUIRE(client.got<EventsStored>().size() == 1);
  CHECK(client.last<EventsStored>().message() == "disk full");
}

TEST_CASE_FIXTURE(journal_fixture,
                  "reading sees what was sent before the question") {
  run();
  caf::send_as(client.actor, journal, one("t"));
  ReadEvents read;
  read.set_task_id("t");
  caf::send_as(client.actor, journal, read);
  run();
  REQUIRE(client.got<EventList>().size() == 1);
  CHECK(client.last<EventList>().events_size() == 1);
}

TEST_CASE_FIXTURE(journal_fixture,
                  "what was sent before the end is stored, the end overtakes "
                  "nothing") {
  run();
  caf::send_as(client.actor, journal, one("t"));
  caf::send_as(client.actor, journal, one("t"));
  caf::anon_send_exit(journal, caf::exit_reason::user_shutdown);
  run();
  CHECK(log->read("t")->size() == 2);
  CHECK(client.got<EventsStored>().size() == 2);
  send_as(client.actor, journal, one("t"));
  CHECK(log->read("t")->size() == 2); // It has ended.
}

TEST_SUITE_END();

} // namespace cohort::tests::journal_test
