#include "actors/root_supervisor.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "actors/error.hpp"
#include "tests/support/actor_fixture.hpp"

namespace cohort::tests::root_supervisor_test {

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

struct root_fixture : tests::actor_fixture {
  std::vector<caf::actor> handles; // Every incarnation, in order.

  caf::actor make() {
    handles.push_back(
      caf::actor_cast<caf::actor>(spawn_double<StartTimer>().actor));
    return handles.back();
  }

  actors::root_supervisor_actor start(bool can_restart) {
    actors::child child{"child", make(), {}};
    if (can_restart)
      child.restart = [this](uint64_t) { return make(); };
    auto root = spawn(actors::root_supervisor,
                      std::vector<actors::child>{child},
                      actors::root_settings{2, 60s});
    run();
    self->monitor(root);
    return root;
  }

  void kill_last() {
    caf::anon_send_exit(handles.back(), caf::exit_reason::kill);
    run();
  }

  /// Why the root ended; nothing while it lives.
  std::optional<caf::error> end() {
    std::optional<caf::error> reason;
    if (!self->mailbox().empty())
      self->receive([&](caf::down_msg& down) { reason = down.reason; });
    return reason;
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/root_supervisor");

TEST_CASE_FIXTURE(root_fixture, "who gives up takes all children along") {
  std::vector<actors::child> children{{"first", make(), {}},
                                      {"second", make(), {}}};
  spawn(actors::root_supervisor, children, actors::root_settings{2, 60s});
  run();
  self->monitor(handles[0]);
  kill_last();
  auto reason = end();
  REQUIRE(reason);
  CHECK(*reason == caf::exit_reason::user_shutdown);
}

TEST_CASE_FIXTURE(root_fixture, "without an optional child it goes on") {
  std::vector<actors::child> children{{"needed", make(), {}},
                                      {"optional", make(), {}}};
  children.back().is_optional = true;
  auto root = spawn(actors::root_supervisor, children,
                    actors::root_settings{2, 60s});
  run();
  self->monitor(root);
  kill_last();
  CHECK(!end());
  caf::anon_send_exit(handles.front(), caf::exit_reason::kill);
  run();
  CHECK(end());
}

TEST_CASE_FIXTURE(root_fixture,
                  "a child that ends the process gives it its own reason") {
  std::vector<actors::child> children{{"other", make(), {}},
                                      {"link", make(), {}, true}};
  auto root = spawn(actors::root_supervisor, children,
                    actors::root_settings{2, 60s});
  run();
  self->monitor(root);
  self->send(
    handles.back(),
    caf::exit_msg{self->address(),
                  actors::to_caf({runtime::errc::unreachable, "refused"})});
  run();
  auto reason = end();
  REQUIRE(reason);
  CHECK(*reason == runtime::errc::unreachable);
}

TEST_CASE_FIXTURE(root_fixture, "a child that dies is started again") {
  auto root = start(true);
  kill_last();
  CHECK(handles.size() == 2);
  CHECK(!end());
}

TEST_CASE_FIXTURE(root_fixture,
                  "a child that keeps dying ends the root, loudly") {
  auto root = start(true);
  for (int i = 0; i < 3; ++i)
    kill_last();
  CHECK(handles.size() == 3);
  auto reason = end();
  REQUIRE(reason);
  CHECK(*reason == runtime::errc::internal);
}

TEST_CASE_FIXTURE(root_fixture, "a child that rests is started again when the "
                                "window is over, and the root goes on") {
  auto other = make();
  actors::child child{"worker", make(), [this](uint64_t) { return make(); }};
  child.rests = true;
  actors::child optional{"optional", other, {}};
  optional.is_optional = true;
  auto root = spawn(actors::root_supervisor,
                    std::vector<actors::child>{child, optional},
                    actors::root_settings{2, 60s});
  run();
  self->monitor(root);
  for (int round = 1; round <= 3; ++round) {
    auto before = handles.size();
    for (int i = 0; i < 3; ++i)
      kill_last();
    CHECK(handles.size() == before + 2);
    advance(59s, 1s);
    CHECK(handles.size() == before + 2);
    advance(2s, 1s);
    CHECK(handles.size() == before + 3);
    CHECK(!end());
  }
  // Nor does one that rests keep it from ending, or from seeing others die.
  for (int i = 0; i < 3; ++i)
    kill_last();
  caf::anon_send_exit(other, caf::exit_reason::kill);
  run();
  CHECK(!end());
  self->send(root, Shutdown{});
  run();
  CHECK(end());
}

TEST_CASE_FIXTURE(root_fixture, "deaths that are far apart do not add up") {
  auto root = start(true);
  for (int i = 0; i < 5; ++i) {
    kill_last();
    advance(70s, 10s);
  }
  CHECK(handles.size() == 6);
  CHECK(!end());
}

TEST_CASE_FIXTURE(root_fixture,
                  "nothing goes on without a child that cannot restart") {
  auto root = start(false);
  kill_last();
  REQUIRE(end());
}

TEST_CASE_FIXTURE(root_fixture,
                  "a shutdown ends the children and then the root") {
  auto root = start(true);
  self->send(root, Shutdown{});
  run();
  auto reason = end();
  REQUIRE(reason);
  CHECK(*reason == caf::exit_reason::user_shutdown);
  CHECK(handles.size() == 1);
}

TEST_SUITE_END();

} // namespace cohort::tests::root_supervisor_test
