#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include <google/protobuf/timestamp.pb.h>

#include "messages/v1/event.pb.h"
#include "messages/v1/task.pb.h"
#include "runtime/expected.hpp"

/// What follows from how and when a task was accepted. Pure.
namespace cohort::runtime::coordination {

namespace pb = messages::v1;

/// Whether a supervisor can take a task over that has this journal. Errors:
/// not_found when it is empty; invalid_message when it does not begin with the
/// task's acceptance, or has events of a kind that this cohort does not know.
expected<void> check_history(const pb::EventList& history);

/// How many processes in a row have ended with this task before anything new
/// was decided.
size_t resumptions_in_vain(const pb::EventList& history);

/// Whether the task is over when its process ends: a plan is for whoever waits
/// for it, and cohorts that did not write down when they accepted a task wrote
/// too little to resume it.
bool ends_with_its_process(const pb::TaskRequest& request);

/// What is left of the task's budget; zero when it is over, nothing when it has
/// none. A clock that was set back gives no more than the budget.
std::optional<std::chrono::milliseconds>
time_left(const pb::TaskRequest& request,
          const google::protobuf::Timestamp& now);

} // namespace cohort::runtime::coordination
