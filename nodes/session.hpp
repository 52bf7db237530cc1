#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "messages/v1/progress.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/task.pb.h"
#include "messages/v1/telemetry.pb.h"
#include "nodes/options.hpp"
#include "nodes/wiring.hpp"
#include "runtime/expected.hpp"

namespace cohort::nodes {

namespace pb = messages::v1;

/// The request that the options describe. Reads the description, or the log,
/// from standard input when it is "-"; bytes of a description that are not
/// UTF-8 become '?'. Errors: invalid_request, workspace_unreadable.
runtime::expected<pb::TaskRequest> make_request(const task_options& options);

/// A task of an earlier process, by its id.
struct earlier_task {
  std::string id;
};
using session_task = std::variant<pb::TaskRequest, earlier_task>;

/// Told in the session's thread.
struct session_observer {
  std::function<void(const pb::TaskRequest&)> begins; // First.
  /// Other tasks that an earlier process did not end; called when there are.
  std::function<void(const std::vector<std::string>& ids)> unfinished;
  std::function<void(const pb::ProgressEvent&)> progress;
  /// The process is to stop: what runs has this long to end.
  std::function<void(std::chrono::seconds)> drains;
  /// The task's spans, however it ended; when the options ask for spans.
  std::function<void(const pb::TraceReport&)> trace;
};

/// Runs one task on a head of its own, and waits; other tasks that were not
/// ended are left alone. SIGTERM stops the process, and not the task: what runs
/// gets the configured time to end. Any other first signal, or one for a task
/// that ends with its process, cancels the task; a second one, or two seconds
/// without an acknowledgement, ends the wait. An earlier task that had ended
/// gives its result again. Errors: what the head or the orchestrator refuses;
/// not_found; stopped.
runtime::expected<pb::TaskResult> run_session(head_options options,
                                              session_task task,
                                              const session_observer& observer);

/// The files that globs allow; those with a "!" in front exclude.
pb::Scope scope_of(const std::vector<std::string>& globs);

/// The process exit code for an error that kept a task from starting.
int exit_code(runtime::errc code);

} // namespace cohort::nodes
