#pragma once

#include <chrono>
#include <vector>

#include <google/protobuf/util/time_util.h>

#include "actors/interfaces.hpp"

namespace cohort::actors {

/// Sends the events of one decision to the journal, stamped with the time.
/// EventsStored comes back to `self`.
template <class Self>
void append(Self* self, const journal_actor& journal,
            std::vector<pb::Event> events) {
  if (events.empty())
    return;
  auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
    std::chrono::system_clock::now().time_since_epoch());
  auto stamp
    = google::protobuf::util::TimeUtil::NanosecondsToTimestamp(now.count());
  pb::AppendEvents message;
  for (auto& event : events) {
    *event.mutable_time() = stamp;
    *message.add_events() = std::move(event);
  }
  self->send(journal, std::move(message));
}

} // namespace cohort::actors
