#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <google/protobuf/message.h>

#include "messages/v1/result.pb.h"
#include "nodes/options.hpp"
#include "nodes/session.hpp"

/// One task from the command line to its result, as `run` and its like do it.
namespace cohort::nodes {

/// A task's result, or the exit code of why there is none, which was told.
struct ran_task {
  int code = 0;
  std::optional<pb::TaskResult> result;
  std::filesystem::path state;
  std::string workspace_root;
};

/// Runs the task that `make` gives on a head of its own. Progress goes to
/// standard error or, as stream-json, to standard output, and a trace to its
/// file. `make` is called once the configuration is known to be good.
ran_task
run_one_task(const std::function<runtime::expected<session_task>()>& make,
             const task_options& options, const global_options& global);

/// Tells why on standard error; returns the exit code.
int refuse(const runtime::error& why);

/// One line of stream-json: {"type":TYPE,TYPE:MESSAGE}.
void print_event(const char* type, const google::protobuf::Message& message);

/// The result in the format asked for; text as `summary_text` has it.
void tell_result(const pb::TaskResult& result, output_format format);

} // namespace cohort::nodes
