#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/task.pb.h"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/toolchain/settings.hpp"

/// Configures workspaces, builds them and runs their tests.
namespace cohort::runtime::toolchain {

/// What is needed to configure one tree.
struct prepare_request {
  std::filesystem::path workspace_root; // The user's; only read (with -p).
  std::filesystem::path tree;           // Worktree that holds the snapshot.
  std::filesystem::path build;          // cohort's own build folder.
  pb::ToolchainRequest toolchain;
};

/// Whether there is something that `prepare` can configure.
[[nodiscard]] bool has_build_system(const prepare_request& request);

/// With `compile_commands_dir`: reads that compile_commands.json (its paths are
/// the user's). Else with a CMakeLists.txt: runs cmake in `build` with
/// CMAKE_EXPORT_COMPILE_COMMANDS, and reads what it wrote. Else with a
/// compile_commands.json in the workspace's root or build folder: that one.
/// Errors: no_toolchain, with the end of cmake's own words; cancelled.
expected<project> prepare(const prepare_request& request,
                          const toolchain_settings& settings,
                          const process::process_settings& limits,
                          process::runner& processes, std::stop_token stop);

/// Builds `build` (cmake --build) and runs ctest there, `what.runs` times;
/// every test is a case but for those that are switched off or skip themselves;
/// one whose program is missing did not pass. A build that fails gives no cases
/// but a `failure`, with its last words. REQUIRES: `build` was configured by
/// `prepare`; CMake 3.21.
pb::TestReport run_tests(const pb::TestUnit& what,
                         const std::filesystem::path& build,
                         const toolchain_settings& settings,
                         const process::process_settings& limits,
                         process::runner& processes, std::stop_token stop);

/// Runs what tests the project by each of `tools` in `tree`, `what.runs` times;
/// each tool is a case, by its name. Only those that `what` names, if any.
pb::TestReport run_file_tool_tests(const pb::TestUnit& what,
                                   const std::vector<pb::FileTool>& tools,
                                   const std::filesystem::path& tree,
                                   const process::process_settings& limits,
                                   process::runner& processes,
                                   std::stop_token stop);

} // namespace cohort::runtime::toolchain
