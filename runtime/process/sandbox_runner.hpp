#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/sandbox.hpp"
#include "runtime/process/settings.hpp"

namespace cohort::runtime::process {

/// Passes commands on; those that are confined run in a sandbox.
///
/// Threads: any.
class sandbox_runner final : public runner {
public:
  sandbox_runner(std::unique_ptr<runner> next, view_map host);

  void start(command what, std::stop_token stop, completion done) override;

private:
  std::unique_ptr<runner> next_;
  const view_map host_;
};

/// Returns why confined programs cannot run on a host that is seen as `host`,
/// in words for whoever can change that; empty if they can. Runs one, and
/// waits for it, some ten seconds at most.
[[nodiscard]] std::string why_no_sandbox(runner& processes,
                                         const view_map& host);

/// A runner, and whether it makes sandboxes.
struct confining_runner {
  std::unique_ptr<runner> processes;
  std::string why_not; // Empty: it does, or was not asked to.
};

/// Has `processes` run confined commands in sandboxes, as settings.sandbox
/// wants it; `secrets` are folders that they never see. Errors: no_toolchain
/// when sandboxes are required and cannot be made.
expected<confining_runner>
with_sandboxes(std::unique_ptr<runner> processes,
               const std::vector<std::filesystem::path>& secrets,
               const process_settings& settings);

} // namespace cohort::runtime::process
