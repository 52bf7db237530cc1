#pragma once

#include <map>
#include <vector>

#include "messages/v1/event.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/coordination/supervisor_machine.hpp"

/// What a task took in processes before this one. Pure.
///
/// Units: seconds, by the events' times; where the clock went back between two
///        events, nothing.
namespace cohort::runtime::coordination {

namespace pb = messages::v1;

struct earlier_work {
  /// From event to event; not what lies between a process and the next one.
  std::map<supervisor_phase, double> seconds;
  /// By name, of the attempts at subtasks and at the fallback. Checks and tests
  /// are not journaled one by one.
  std::vector<pb::WorkerBreakdown> workers;
};

/// Of a journal that another process has written.
[[nodiscard]] earlier_work work_in(const pb::EventList& history);

/// Adds it to a result that has the workers and the wall time of this process.
void add(pb::TaskResult& result, const earlier_work& earlier);

} // namespace cohort::runtime::coordination
