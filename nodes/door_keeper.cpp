#include "nodes/door_keeper.hpp"

#include <chrono>
#include <thread>

#include <spdlog/spdlog.h>

#include "actors/error.hpp"
#include "actors/link_door.hpp"

namespace cohort::nodes {

namespace {

using namespace std::chrono_literals;
using door_keeper_self = caf::stateful_actor<door_keeper_state>*;

constexpr int reopen_attempts = 20;
constexpr auto reopen_pause = 100ms; // The port may be closing still.

runtime::expected<actors::door_actor>
reopen(door_keeper_self self, const actors::link_actor& gateway,
       const endpoint& where, const transport& how) {
  close_port(self->system(), where.port, how);
  auto door = self->spawn(actors::link_door, gateway);
  runtime::expected<uint16_t> port{where.port};
  for (int i = 0; i < reopen_attempts; ++i) {
    port = publish(self->system(), door, where, how);
    if (port)
      return door;
    std::this_thread::sleep_for(reopen_pause);
  }
  caf::anon_send_exit(door, caf::exit_reason::user_shutdown);
  return port.error();
}

} // namespace

caf::behavior door_keeper(door_keeper_self self, actors::link_actor gateway,
                          actors::door_actor door, endpoint where,
                          transport how) {
  self->monitor(door);
  self->state.door = std::move(door);
  self->set_exit_handler([=](const caf::exit_msg& exit) {
    self->demonitor(self->state.door.address());
    caf::anon_send_exit(self->state.door, caf::exit_reason::user_shutdown);
    self->quit(exit.reason);
  });
  self->set_down_handler([=](const caf::down_msg&) {
    spdlog::warn("head: a peer ended the door; opening another one");
    auto next = reopen(self, gateway, where, how);
    if (!next)
      return self->quit(actors::to_caf(next.error()));
    self->monitor(*next);
    self->state.door = std::move(*next);
  });
  return {[](caf::unit_t) {
    // It only waits for the door's end.
  }};
}

} // namespace cohort::nodes
