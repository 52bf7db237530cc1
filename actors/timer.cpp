#include "actors/timer.hpp"

#include <algorithm>

#include "runtime/resilience/later.hpp"

namespace cohort::actors {

namespace {

using timer_self = timer_actor::stateful_pointer<timer_state>;

void schedule_tick(timer_self self, std::chrono::milliseconds tick) {
  auto& state = self->state;
  if (state.ticking || state.heap.empty())
    return;
  state.ticking = true;
  auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(
    state.heap.top().due - self->clock().now());
  wait = std::clamp(wait, std::chrono::milliseconds{1}, tick);
  self->delayed_send(self, wait, messages::flush_atom_v);
}

void on_start(timer_self self, const pb::StartTimer& start,
              std::chrono::milliseconds tick) {
  auto& state = self->state;
  pb::TimerExpired message;
  message.set_id(start.id());
  message.set_generation(start.generation());
  constexpr auto longest = std::chrono::milliseconds::max();
  auto delay = std::min(start.delay_ms(), uint64_t(longest.count()));
  auto due = runtime::resilience::later(
    self->clock().now(),
    std::chrono::milliseconds{static_cast<int64_t>(delay)});
  state.heap.push({due, state.arrivals++,
                   caf::actor_cast<caf::weak_actor_ptr>(self->current_sender()),
                   std::move(message)});
  schedule_tick(self, tick);
}

void on_tick(timer_self self, std::chrono::milliseconds tick) {
  auto& state = self->state;
  state.ticking = false;
  auto now = self->clock().now();
  while (!state.heap.empty() && state.heap.top().due <= now) {
    auto& entry = state.heap.top();
    reply_to(self, caf::actor_cast<caf::strong_actor_ptr>(entry.owner),
             entry.message);
    state.heap.pop();
  }
  schedule_tick(self, tick);
}

} // namespace

timer_actor::behavior_type timer(timer_self self,
                                 std::chrono::milliseconds tick) {
  return {
    [=](const pb::StartTimer& start) { on_start(self, start, tick); },
    [=](messages::flush_atom) { on_tick(self, tick); },
  };
}

} // namespace cohort::actors
