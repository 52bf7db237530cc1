#include <algorithm>
#include <utility>

#include "runtime/toolchain/build_steps.hpp"
#include "runtime/toolchain/prepare.hpp"

namespace cohort::runtime::toolchain {

namespace {

bool is_asked_for(const pb::TestUnit& what, const std::string& name) {
  auto& only = what.only();
  return only.empty()
         || std::find(only.begin(), only.end(), name) != only.end();
}

/// Whether a program's end is an answer, of whatever kind.
bool is_answer(const process::outcome& result) {
  return result.status == process::status::exited
         || result.status == process::status::signalled
         || result.status == process::status::timed_out;
}

} // namespace

pb::TestReport run_file_tool_tests(const pb::TestUnit& what,
                                   const std::vector<pb::FileTool>& tools,
                                   const std::filesystem::path& tree,
                                   const process::process_settings& limits,
                                   process::runner& processes,
                                   std::stop_token stop) {
  pb::TestReport report;
  report.set_available(!tools.empty());
  build_steps steps{tree, limits, processes, std::move(stop)};
  for (auto& tool : tools) {
    if (!is_asked_for(what, tool.name()))
      continue;
    pb::TestReport::Case one;
    one.set_name(tool.name());
    for (uint32_t i = 0; i < std::max(1U, what.runs()); ++i) {
      auto result = steps.run({tool.tests().begin(), tool.tests().end()});
      if (!is_answer(result)) {
        report.set_failure(
          failure_text("the tests of " + tool.name() + " did not run", result));
        return report;
      }
      one.set_runs(one.runs() + 1);
      one.set_failures(one.failures() + (result.ok() ? 0 : 1));
    }
    one.set_passed(one.failures() == 0);
    *report.add_cases() = std::move(one);
  }
  return report;
}

} // namespace cohort::runtime::toolchain
