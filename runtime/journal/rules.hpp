#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/v1/event.pb.h"
#include "runtime/expected.hpp"

namespace cohort::runtime::journal {

namespace pb = messages::v1;

/// Whether events may be stored: each has a task and is not too large. Errors:
/// invalid_message.
expected<void> check_events(const std::vector<pb::Event>& events);

/// Why an event of a task that has ended is not stored: the seal holds for all.
[[nodiscard]] error behind_the_end(const std::string& task_id);

/// The event's time as the journal keeps it for queries, in nanoseconds since
/// 1970; what 64 bits cannot hold becomes the nearest that they can.
int64_t nanoseconds_of(const google::protobuf::Timestamp& time);

} // namespace cohort::runtime::journal
