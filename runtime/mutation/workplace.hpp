#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "messages/v1/task.pb.h"
#include "runtime/expected.hpp"
#include "runtime/mutation/test_list.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/workspace/slot.hpp"

namespace cohort::runtime::mutation {

namespace pb = messages::v1;

/// `request`, with all warnings switched off: code with mutants gives many, and
/// a project may make errors of them.
[[nodiscard]] pb::ToolchainRequest quiet(pb::ToolchainRequest request);

/// Where mutants are built and tried: a slot that nobody else uses, configured
/// as `quiet` says.
///
/// Threads: belongs to one thread. Blocks.
struct workplace {
  workspace::slot& slot;
  std::string workspace_root;
  pb::ToolchainRequest toolchain; // Of the task.
  const toolchain::toolchain_settings& tools;
  const process::process_settings& limits;
  process::runner& processes;
  std::stop_token stop;
  std::function<void()> alive; // Called whenever something has got further.

  /// Whether there is anything to configure.
  [[nodiscard]] bool has_build_system() const;

  /// Errors: no_toolchain, cancelled.
  [[nodiscard]] expected<toolchain::project> configure() const;

  /// Builds everything; what fails does not keep the rest from being built.
  [[nodiscard]] process::outcome build() const;

  /// REQUIRES: the tree was built. Errors: tool_failed.
  [[nodiscard]] expected<std::vector<listed_test>> list_tests() const;

  /// Runs a test in `environment`, for at most `limit`, with a new folder for
  /// temporary files.
  [[nodiscard]] process::outcome
  run(const listed_test& test,
      std::vector<std::pair<std::string, std::string>> environment,
      std::chrono::milliseconds limit) const;
};

/// What a build that failed said last.
[[nodiscard]] std::string build_failure(const process::outcome& result);

} // namespace cohort::runtime::mutation
