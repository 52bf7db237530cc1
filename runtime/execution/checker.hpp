#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/cache/check_cache.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/toolchain/file_tool.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Asks compilers, and other tools that judge files, about a unit. The worktree
/// may change between two calls, not during one.
class unit_checker {
public:
  virtual ~unit_checker() = default;

  /// One report a tool, in the order of `compilers`. A tool that gives
  /// no verdict says why in `failure`. Errors: cancelled; crashed when programs
  /// cannot be started any more.
  virtual expected<std::vector<pb::UnitReport>>
  check(const std::string& unit, const std::vector<std::string>& compilers) = 0;
};

/// What `compiler_checker` needs.
struct checker_context {
  std::filesystem::path tree;
  const toolchain::project& project;
  const pb::ToolchainRequest&
    asked; // What is an error beside errors, and the tools that judge files.
  const toolchain::toolchain_settings& toolchain;
  const process::process_settings& limits;
  process::runner& processes;
  std::stop_token stop;
  check_cache* cache = nullptr; // None: every check is made.
  std::string names;            // Digest of the tree's file names, for it.
  std::function<void()> alive;  // Called after each check, if there is one.
};

/// Runs the real tools, all of one call at once, unless the cache knows
/// what they would say. A unit that is built in several ways is checked in each
/// of them, and is fine when it is in all; its report says what any of them
/// found. `metrics` is added to.
class compiler_checker final : public unit_checker {
public:
  compiler_checker(checker_context context, pb::ExecutionMetrics& metrics);

  expected<std::vector<pb::UnitReport>>
  check(const std::string& unit,
        const std::vector<std::string>& compilers) override;

private:
  struct started;

  std::vector<started> start_all(const std::string& unit,
                                 const std::string& compiler);
  void start(const std::string& unit, const std::string& compiler,
             process::command command, started& one);
  expected<process::command> command_for(const std::string& unit,
                                         const std::string& compiler,
                                         const started& one) const;
  void launch(started& one);
  /// A compiler that died is started once more.
  void finish(const std::string& unit, const std::string& compiler,
              started& one);
  process::outcome collect(const std::string& unit, const std::string& compiler,
                           started& one);

  checker_context context_;
  pb::ExecutionMetrics& metrics_;
};

} // namespace cohort::runtime::execution
