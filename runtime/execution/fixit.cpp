#include "runtime/execution/fixit.hpp"

#include <utility>

#include "runtime/execution/repair_session.hpp"

namespace cohort::runtime::execution {

checker_context checks_of(const fixit_context& context) {
  return {context.slot.tree_folder(),
          context.project,
          context.asked,
          context.toolchain,
          context.limits,
          context.processes,
          context.stop,
          context.cache,
          context.names,
          context.alive};
}

editable_files files_of(const pb::RepairUnit& unit,
                        const fixit_context& context) {
  return {context.slot,
          {unit.subtask().files().begin(), unit.subtask().files().end()},
          unit.scope()};
}

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
  compiler_checker checker{checks_of(context), metrics};
  auto files = files_of(unit, context);
  repair_session session{unit,
                         std::move(compilers),
                         {files, checker, context.stop, context.symbols},
                         metrics};
  return session.run();
}

} // namespace cohort::runtime::execution
