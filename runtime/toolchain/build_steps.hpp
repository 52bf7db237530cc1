#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"

/// The steps of a build and its tests. Private to toolchain/.
namespace cohort::runtime::toolchain {

/// Programs that work on one build folder, and start there.
struct build_steps {
  const std::filesystem::path& build;
  const process::process_settings& limits;
  process::runner& processes;
  std::stop_token stop;

  /// How many jobs a step may run at once.
  [[nodiscard]] std::string jobs() const;

  /// Runs `argv` for as long as a build may take.
  [[nodiscard]] process::outcome
  run(std::vector<std::string> argv,
      std::vector<std::pair<std::string, std::string>> environment = {}) const;
};

/// "WHAT (exit code 1):" and the last words of the step.
std::string failure_text(const std::string& what,
                         const process::outcome& result);

} // namespace cohort::runtime::toolchain
