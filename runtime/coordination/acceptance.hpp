#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include <google/protobuf/timestamp.pb.h>

#include "messages/v1/assignment.pb.h"
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

/// What is left at `now` of the budget of a task that has this journal, which
/// is empty for a new one; zero when it is over, nothing when it has none. Time
/// passes from the acceptance to the first event, and from each to the next,
/// and never backwards: a clock that was set back gives back nothing of what
/// had passed. One that was set forward takes as much as it was set.
std::optional<std::chrono::milliseconds>
time_left(const pb::TaskRequest& request, const pb::EventList& history,
          const google::protobuf::Timestamp& now);

/// Gives each unit what its task has `left`, so that none goes on for longer; a
/// millisecond at least, as the end of a task is its supervisor's.
void hand_down_deadline(pb::SubmitUnits& units, std::chrono::milliseconds left);

} // namespace cohort::runtime::coordination
