#include "runtime/execution/fixit.hpp"

#include <utility>

#include "runtime/execution/checker.hpp"
#include "runtime/execution/editable_files.hpp"
#include "runtime/execution/repair_session.hpp"

namespace cohort::runtime::execution {

expected<pb::RepairReport> repair(const pb::RepairUnit& unit,
                                  const fixit_context& context,
                                  pb::ExecutionMetrics& metrics) {
  std::vector<std::string> compilers{unit.compilers().begin(),
                                     unit.compilers().end()};
  std::erase_if(compilers,
                [](auto& tool) { return tool != "gcc" && tool != "clang"; });
  if (compilers.empty())
    compilers = toolchain::installed_compilers(
      context.project, context.toolchain, context.processes, context.stop);
  compiler_checker checker{{context.slot.tree_folder(), context.project,
                            context.asked, context.toolchain, context.limits,
                            context.processes, context.stop, context.cache,
                            context.names, context.alive},
                           metrics};
  editable_files files{context.slot,
                       {unit.subtask().files().begin(),
                        unit.subtask().files().end()},
                       unit.scope()};
  repair_session session{unit,
                         std::move(compilers),
                         {files, checker, context.stop, context.symbols},
                         metrics};
  return session.run();
}

} // namespace cohort::runtime::execution
