#pragma once

#include <vector>

#include "messages/v1/event.pb.h"
#include "runtime/expected.hpp"

namespace cohort::runtime::journal {

namespace pb = messages::v1;

/// Whether events may be stored: each has a task and is not too large. Errors:
/// invalid_message.
expected<void> check_events(const std::vector<pb::Event>& events);

} // namespace cohort::runtime::journal
