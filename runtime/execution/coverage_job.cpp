#include "runtime/execution/coverage_job.hpp"

#include <utility>

#include "runtime/execution/test_bed.hpp"
#include "runtime/toolchain/run_coverage.hpp"

namespace cohort::runtime::execution {

namespace {

/// What the folder's name is made of, beside the workspace: no configuration of
/// the user's has this argument.
pb::ToolchainRequest key_of(pb::ToolchainRequest toolchain) {
  toolchain.add_configure_args("cohort: coverage");
  return toolchain;
}

} // namespace

expected<pb::CoverageReport>
measure_coverage(const pb::WorkUnit& unit, test_slots& slots,
                 const slot_runner_settings& settings,
                 process::runner& processes, std::stop_token stop) {
  pb::CoverageReport report;
  if (!unit.toolchain().compile_commands_dir().empty())
    return report;
  auto bed = test_bed::make(unit, key_of(unit.toolchain()), slots, settings,
                            processes);
  if (!bed)
    return bed.error();
  auto& slot = (*bed)->slot();
  auto& inside = (*bed)->inside();
  auto request
    = toolchain::instrument({unit.workspace_root(), slot.tree_folder(),
                             slot.build_folder(), unit.toolchain()},
                            slot.build_folder());
  if (!request)
    return request.error();
  auto project = toolchain::prepare(*request, settings.toolchain,
                                    settings.processes, inside, stop);
  if (project && project->has_tests)
    return toolchain::run_coverage(*project, unit.coverage(),
                                   settings.toolchain, settings.processes,
                                   inside, std::move(stop));
  if (project)
    return report;
  if (project.error().code != errc::no_toolchain)
    return project.error();
  report.set_available(true);
  report.set_failure(project.error().message);
  return report;
}

} // namespace cohort::runtime::execution
