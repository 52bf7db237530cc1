#include "runtime/journal/rules.hpp"

#include <algorithm>

namespace cohort::runtime::journal {

namespace {

constexpr size_t event_bytes_max = 64U << 20;

} // namespace

expected<void> check_events(const std::vector<pb::Event>& events) {
  for (auto& event : events) {
    if (event.task_id().empty())
      return error{errc::invalid_message, "an event without a task cannot be "
                                          "journaled: set task_id"};
    if (auto size = event.ByteSizeLong(); size > event_bytes_max)
      return error{
        errc::invalid_message,
        "an event of task " + event.task_id() + " has " + std::to_string(size)
          + " bytes; the journal takes " + std::to_string(event_bytes_max)
          + ": keep large content in the store, and its digest here"};
  }
  return {};
}

error behind_the_end(const std::string& task_id) {
  return {errc::invalid_message,
          "task " + task_id + " has ended; nothing can come behind that"};
}

int64_t nanoseconds_of(const google::protobuf::Timestamp& time) {
  constexpr int64_t most = 9'000'000'000; // Seconds: 285 years.
  return std::clamp(time.seconds(), -most, most) * 1'000'000'000 + time.nanos();
}

} // namespace cohort::runtime::journal
