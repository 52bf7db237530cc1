#include "nodes/door_keeper.hpp"

#include <chrono>
#include <thread>

#include <spdlog/spdlog.h>

#include "actors/error.hpp"
#include "actors/link_door.hpp"

namespace cohort::nodes {

namespace pb = messages::v1;

namespace {

using namespace std::chrono_literals;
using door_keeper_self = caf::stateful_actor<door_keeper_state>*;

constexpr int reopen_attempts = 20;
constexpr auto reopen_pause = 100ms; // The port may be closing still.
constexpr auto look_interval = 5s;
constexpr auto patience = 10s;
/// A client's hello, certificate and signature are more than this; without TLS
/// it is the head that speaks first, and a peer that answers is no stranger.
constexpr uint64_t handshake_bytes_min = 1000;

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

void look_later(door_keeper_self self, const actors::timer_actor& timer) {
  pb::StartTimer start;
  start.set_delay_ms(std::chrono::milliseconds{look_interval}.count());
  self->send(timer, std::move(start));
}

void send_silent_away(door_keeper_self self) {
  auto now = std::chrono::steady_clock::now();
  if (auto closed = self->state.silent->close_old(now); closed > 0)
    spdlog::warn("head: {} connections that said nothing were closed", closed);
}

} // namespace

caf::behavior door_keeper(door_keeper_self self, actors::timer_actor timer,
                          actors::link_actor gateway, actors::door_actor door,
                          endpoint where, transport how) {
  self->monitor(door);
  self->state.door = std::move(door);
  self->state.silent.emplace(where.port, how.insecure ? 1 : handshake_bytes_min,
                             patience);
  look_later(self, timer);
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
  return {[=](const pb::TimerExpired&) {
    send_silent_away(self);
    look_later(self, timer);
  }};
}

} // namespace cohort::nodes
