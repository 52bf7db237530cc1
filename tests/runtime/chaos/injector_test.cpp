#include "runtime/chaos/injector.hpp"

#include <doctest/doctest.h>

#include "tests/support/fake_processes.hpp"

namespace cohort::tests::chaos_injector_test {

using namespace cohort::runtime;
using namespace cohort::runtime::chaos;

namespace {

/// What was started, as one text a program; all of them succeed.
struct injected {
  explicit injected(std::string_view text, place where = place::run)
    : faults{*plan::parse(text, where),
             [this](const std::string& what) { told.push_back(what); }} {
    real.on(fake_processes::any(), [this](const process::command& what) {
      started.push_back(what.argv.front());
      process::outcome result;
      result.status = process::status::exited;
      result.exit_code = 0;
      return result;
    });
  }

  void start(const std::string& worker, const std::string& program) {
    process::command what;
    what.argv = {program};
    faults.programs_of(worker, real).start(what, {}, [](auto) {});
  }

  fake_processes real;
  std::vector<std::string> started;
  std::vector<std::string> told;
  injector faults;
};

journal::pb::Event event_of(const char* task) {
  journal::pb::Event event;
  event.set_task_id(task);
  event.mutable_accepted();
  return event;
}

} // namespace

TEST_CASE("the worker that starts the program dies behind it") {
  injected world{"1:kill-worker@3"};
  std::string dead;
  for (auto* name : {"w1", "w2"})
    world.faults.on_kill(name, [&, name] {
      dead = name + (" after " + std::to_string(world.started.size()));
    });
  world.start("w1", "a");
  world.start("w2", "b");
  CHECK(dead == "");
  world.start("w2", "c");
  CHECK(dead == "w2 after 3");
  world.start("w2", "d");
  CHECK(world.started == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(world.told
        == std::vector<std::string>{"kill-worker: w2 with program 3, c"});
}

TEST_CASE("a worker that was started again dies in its present life") {
  injected world{"1:kill-worker@1,kill-worker@2"};
  int first = 0;
  int second = 0;
  world.faults.on_kill("w1", [&] { ++first; });
  world.start("w1", "a");
  world.faults.on_kill("w1", [&] { ++second; });
  world.start("w1", "b");
  CHECK(first == 1);
  CHECK(second == 1);
}

TEST_CASE("the program hangs, and no other") {
  injected world{"1:hang-worker@2"};
  for (auto* program : {"a", "b", "c"})
    world.start("w1", program);
  CHECK(world.started == std::vector<std::string>{"a", "/bin/sh", "c"});
  CHECK(world.told
        == std::vector<std::string>{"hang-worker: w1 with program 2, b"});
}

TEST_CASE("all programs of a slow node are slow") {
  injected world{"1:slow-node", place::node};
  for (auto* program : {"a", "b"})
    world.start("w1", program);
  CHECK(world.started == std::vector<std::string>{"/bin/sh", "/bin/sh"});
}

TEST_CASE("the connection breaks with the program, if there is one") {
  injected world{"1:drop-link@1,drop-link@3", place::node};
  int dropped = 0;
  world.start("w1", "a"); // Nobody has connected yet.
  world.faults.on_drop([&] { ++dropped; });
  world.start("w1", "b");
  CHECK(dropped == 0);
  world.start("w1", "c");
  CHECK(dropped == 1);
}

TEST_CASE("a full disk stays full: nothing is written from then on") {
  injected world{"1:fail-disk@2"};
  auto log = world.faults.in_front_of(journal::make_memory_log());
  for (auto works : {true, false, false}) {
    std::vector<journal::pb::Event> events{event_of("t")};
    auto stored = log->append(events);
    CHECK(stored.has_value() == works);
    if (!stored)
      CHECK(stored.error().code == errc::storage_failed);
  }
  CHECK(log->read("t")->size() == 1);
  CHECK(log->tasks()->size() == 1);
  CHECK(log->unfinished()->size() == 1);
  auto epoch = *log->next_epoch();
  CHECK(*log->next_epoch() > epoch);
  CHECK(
    world.told
    == std::vector<std::string>{"fail-disk: write 2 of the journal, and all "
                                "that follow"});
}

} // namespace cohort::tests::chaos_injector_test
