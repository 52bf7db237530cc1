#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/toolchain/junit.hpp"
#include "runtime/toolchain/prepare.hpp"
#include "runtime/toolchain/text.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

std::string failure_text(const std::string& what,
                         const process::outcome& result) {
  return analysis::valid_utf8(what + " (" + process::describe(result) + "):\n"
                              + std::string{last_lines(result.out, 30)}
                              + (result.err.empty() ? "" : "\n")
                              + std::string{last_lines(result.err, 30)});
}

} // namespace

pb::TestReport run_tests(const fs::path& build,
                         const toolchain_settings& settings,
                         const process::process_settings& limits,
                         process::runner& processes, std::stop_token stop) {
  pb::TestReport report;
  report.set_available(true);
  auto jobs = std::to_string(std::max(1U, limits.cpu_tokens));
  auto run = [&](std::vector<std::string> argv) {
    process::command what;
    what.argv = std::move(argv);
    what.working_directory = build.string();
    what.deadline = limits.build_timeout;
    what.output_limit_bytes = limits.output_limit_bytes;
    return processes.run(std::move(what), stop);
  };
  auto built = run({settings.cmake, "--build", build.string(), "-j", jobs});
  if (!built.ok()) {
    report.set_failure(failure_text("the build failed", built));
    return report;
  }
  auto file = build / "cohort-tests.xml";
  std::error_code failed;
  fs::remove(file, failed); // Of an earlier run.
  auto tested
    = run({settings.ctest, "-j", jobs, "--output-junit", file.string()});
  auto text = workspace::read_file(file);
  auto cases = text ? read_junit(*text) : std::map<std::string, bool>{};
  for (auto& [name, passed] : cases) {
    auto& entry = *report.add_cases();
    entry.set_name(name);
    entry.set_passed(passed);
  }
  // ctest exits with an error when a test fails, which is a result too.
  if (tested.status != process::status::exited || !text
      || (cases.empty() && !tested.ok()))
    report.set_failure(failure_text("ctest gave no verdict", tested));
  return report;
}

} // namespace cohort::runtime::toolchain
