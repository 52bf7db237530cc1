#include "runtime/toolchain/build_steps.hpp"

#include <algorithm>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/text_lines.hpp"

namespace cohort::runtime::toolchain {

std::string build_steps::jobs() const {
  return std::to_string(std::max(1U, limits.cpu_tokens));
}

process::outcome build_steps::run(
  std::vector<std::string> argv,
  std::vector<std::pair<std::string, std::string>> environment) const {
  process::command what;
  what.argv = std::move(argv);
  what.environment = std::move(environment);
  what.working_directory = build.string();
  what.deadline = limits.build_timeout;
  what.output_limit_bytes = limits.output_limit_bytes;
  return processes.run(std::move(what), stop);
}

std::string failure_text(const std::string& what,
                         const process::outcome& result) {
  return analysis::valid_utf8(what + " (" + process::describe(result) + "):\n"
                              + std::string{last_lines(result.out, 30)}
                              + (result.err.empty() ? "" : "\n")
                              + std::string{last_lines(result.err, 30)});
}

} // namespace cohort::runtime::toolchain
