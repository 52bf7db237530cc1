#include "actors/progress_hub.hpp"

#include <algorithm>
#include <chrono>

#include <google/protobuf/util/time_util.h>

namespace cohort::actors {

namespace {

using progress_hub_self
  = progress_hub_actor::stateful_pointer<progress_hub_state>;
using settings_type = runtime::telemetry::progress_settings;

void flush(progress_hub_self self, progress_hub_state::subscriber& subscriber) {
  if (subscriber.buffer.size() > 0)
    reply_to(self, subscriber.handle, subscriber.buffer.take());
}

void on_event(progress_hub_self self, const pb::ProgressEvent& event,
              const timer_actor& timer, const settings_type& settings) {
  auto& state = self->state;
  bool waits = false;
  for (auto& [id, subscriber] : state.subscribers) {
    if (!subscriber.task_id.empty() && subscriber.task_id != event.task_id())
      continue;
    subscriber.buffer.push(event);
    if (subscriber.buffer.urgent())
      flush(self, subscriber);
    waits |= subscriber.buffer.size() > 0;
  }
  if (!waits || state.timer_runs)
    return;
  state.timer_runs = true;
  pb::StartTimer start;
  start.set_delay_ms(
    static_cast<uint64_t>(settings.progress_update_interval.count()));
  self->send(timer, std::move(start));
}

void on_subscribe(progress_hub_self self, const pb::Subscribe& subscribe,
                  const settings_type& settings) {
  auto& state = self->state;
  self->monitor(self->current_sender());
  state.subscribers.emplace(
    state.next++,
    progress_hub_state::subscriber{
      self->current_sender(), subscribe.task_id(),
      runtime::telemetry::progress_buffer{settings.message_buffer_size}});
}

void on_timer(progress_hub_self self) {
  self->state.timer_runs = false;
  for (auto& [id, subscriber] : self->state.subscribers)
    flush(self, subscriber);
}

void on_down(progress_hub_self self, const caf::actor_addr& gone) {
  auto& subscribers = self->state.subscribers;
  for (auto it = subscribers.begin(); it != subscribers.end();)
    it = it->second.handle == gone ? subscribers.erase(it) : std::next(it);
}

} // namespace

progress_hub_actor::behavior_type progress_hub(progress_hub_self self,
                                               timer_actor timer,
                                               settings_type settings) {
  self->set_down_handler(
    [=](caf::down_msg& down) { on_down(self, down.source); });
  return {
    [=](pb::ProgressEvent& event) {
      if (!event.has_time())
        *event.mutable_time()
          = google::protobuf::util::TimeUtil::NanosecondsToTimestamp(
            std::chrono::system_clock::now().time_since_epoch()
            / std::chrono::nanoseconds{1});
      on_event(self, event, timer, settings);
    },
    [=](const pb::Subscribe& subscribe) {
      on_subscribe(self, subscribe, settings);
    },
    [=](const pb::TimerExpired&) { on_timer(self); },
  };
}

} // namespace cohort::actors
