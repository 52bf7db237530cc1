#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/journal/event_log.hpp"

namespace cohort::tests {

namespace journal = cohort::runtime::journal;
namespace pb = cohort::messages::v1;

/// An event with something in it that tells it from others.
inline pb::Event event_of(const std::string& task_id, uint32_t number = 0) {
  pb::Event event;
  event.set_task_id(task_id);
  event.set_actor("coordinator");
  event.set_reason("because");
  event.mutable_time()->set_seconds(1'700'000'000);
  event.mutable_round_started()->set_round(number);
  return event;
}

/// What ends a task.
inline pb::Event finished_event(const std::string& task_id) {
  auto event = event_of(task_id);
  event.mutable_finished()->mutable_result()->set_outcome(
    pb::TASK_OUTCOME_DONE);
  return event;
}

inline std::vector<pb::Event> events_of(const std::string& task_id,
                                        uint32_t n) {
  std::vector<pb::Event> events;
  for (uint32_t i = 0; i < n; ++i)
    events.push_back(event_of(task_id, i));
  return events;
}

/// REQUIRES: it opens.
inline std::unique_ptr<journal::event_log>
open_log(const std::filesystem::path& file) {
  auto log = journal::open_sqlite_log(file);
  INFO(std::string{log ? "" : log.error().message});
  REQUIRE(log.has_value());
  return std::move(*log);
}

inline void append(journal::event_log& log, std::vector<pb::Event> events) {
  auto stored = log.append(events);
  INFO(std::string{stored ? "" : stored.error().message});
  REQUIRE(stored.has_value());
}

/// Why opening fails; REQUIRES: it fails, with storage_failed.
inline std::string why_not_opened(const std::filesystem::path& file) {
  auto log = journal::open_sqlite_log(file);
  REQUIRE_FALSE(log.has_value());
  CHECK(log.error().code == cohort::runtime::errc::storage_failed);
  return log.error().message;
}

/// How many events the task has; REQUIRES: they are numbered 1, 2, 3...
inline size_t count_gapless(journal::event_log& log,
                            const std::string& task_id) {
  auto events = log.read(task_id);
  REQUIRE(events.has_value());
  for (size_t i = 0; i < events->size(); ++i)
    REQUIRE((*events)[i].sequence() == i + 1);
  return events->size();
}

} // namespace cohort::tests
