#pragma once

#include <functional>
#include <string>
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

/// The request that the options describe. Reads the description from standard
/// input when it is "-"; bytes that are not UTF-8 become '?'. Errors:
/// invalid_request, workspace_unreadable.
runtime::expected<pb::TaskRequest> make_request(const task_options& options);

/// Runs one task on a head of its own, and waits. `progress` is called in this
/// thread for every event. A first signal cancels the task; a second one, or
/// two seconds without an acknowledgement, ends the wait. When the options ask
/// for spans, `trace` gets those of the task, however it ended. Errors: what
/// the head or the orchestrator refuses.
runtime::expected<pb::TaskResult>
run_session(head_options options, pb::TaskRequest request,
            const std::function<void(const pb::ProgressEvent&)>& progress,
            const std::function<void(const pb::TraceReport&)>& trace);

/// The files that globs allow; those with a "!" in front exclude.
pb::Scope scope_of(const std::vector<std::string>& globs);

/// The process exit code for an error that kept a task from starting.
int exit_code(runtime::errc code);

} // namespace cohort::nodes
