#pragma once

#include <string>
#include <vector>

#include "messages/v1/event.pb.h"
#include "nodes/wiring.hpp"
#include "runtime/expected.hpp"

/// What becomes of the tasks that an earlier process had accepted and did not
/// end. For threads that may wait.
namespace cohort::nodes {

namespace pb = messages::v1;

/// Ids of those that can be gone on with, in order of acceptance.
std::vector<std::string> resumable(const head& head);

/// A task's journal. Of an unfinished task whose end is damaged what stands
/// before that; the rest is moved to a file, which is said on standard error.
/// REQUIRES: the task does not run. Errors: not_found, storage_failed.
runtime::expected<pb::EventList> history_of(head& head, const std::string& id);

/// Has the head go on with a task; one that had ended tells its result again.
/// Errors: those of the orchestrator.
runtime::expected<void> resume(head& head, pb::EventList history);

struct resumed_tasks {
  std::vector<std::string> ids;
  std::vector<runtime::error> set_aside; // Why, each naming its task.
};

/// Has the head go on with every task that it can. One that it cannot, or that
/// ends its process each time, is set aside, which stops no other.
resumed_tasks resume_all(head& head);

/// Writes down the end of the tasks that ended with their process.
void end_those_over(head& head);

} // namespace cohort::nodes
