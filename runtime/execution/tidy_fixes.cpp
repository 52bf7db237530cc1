#include "runtime/execution/tidy_fixes.hpp"

#include "runtime/execution/tidy_session.hpp"

namespace cohort::runtime::execution {

expected<pb::RepairReport> apply_tidy_fixes(const pb::RepairUnit& unit,
                                            const fixit_context& context,
                                            pb::ExecutionMetrics& metrics) {
  compiler_checker checker{{context.slot.tree_folder(), context.project,
                            context.asked, context.toolchain, context.limits,
                            context.processes, context.stop, context.cache,
                            context.names, context.alive},
                           metrics};
  editable_files files{context.slot,
                       {unit.subtask().files().begin(),
                        unit.subtask().files().end()},
                       unit.scope()};
  tidy_session session{
    unit,         {unit.compilers().begin(), unit.compilers().end()},
    files,        checker,
    context.stop, metrics};
  return session.run();
}

} // namespace cohort::runtime::execution
