#include "runtime/execution/tidy_fixes.hpp"

#include "runtime/execution/tidy_session.hpp"

namespace cohort::runtime::execution {

expected<pb::RepairReport> apply_tidy_fixes(const pb::RepairUnit& unit,
                                            const fixit_context& context,
                                            pb::ExecutionMetrics& metrics) {
  compiler_checker checker{checks_of(context), metrics};
  auto files = files_of(unit, context);
  tidy_session session{
    unit,         {unit.compilers().begin(), unit.compilers().end()},
    files,        checker,
    context.stop, metrics};
  return session.run();
}

} // namespace cohort::runtime::execution
