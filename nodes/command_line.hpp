#pragma once

#include "runtime/execution/executors/native.hpp"

namespace cohort::nodes {

/// What somebody adds who builds a cohort of their own (nodes/example).
struct extensions {
  /// By names that specialties of the configuration may give as executors.
  runtime::execution::native_executors executors;
};

/// All that `main` of a cohort does; returns its exit code. To be called first
/// of all, with nothing else of the process running: it blocks signals, and the
/// same program is started again to start others (run_as_launcher).
int run_command_line(int argc, char** argv, const extensions& with = {});

} // namespace cohort::nodes
