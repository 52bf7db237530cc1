#include <utility>

#include "runtime/execution/executors/compiled_part.hpp"
#include "runtime/execution/tidy_fixes.hpp"

namespace cohort::runtime::execution {

namespace {

/// What clang-tidy proposes for its findings.
class clang_tidy_executor final : public executor {
public:
  [[nodiscard]] bool can_help(const pb::RepairUnit& unit,
                              const executor_context& context) const override {
    return !context.unit.toolchain().tidy_checks().empty()
           && has_compiled_units(unit, context.project);
  }

  [[nodiscard]] bool sees_all_checks() const override {
    return false;
  }

  expected<executor_result> work(pb::RepairUnit unit, const subtask_evidence&,
                                 const executor_context& context,
                                 pb::ExecutionMetrics& metrics) override {
    auto report
      = apply_tidy_fixes(compiled_part(std::move(unit), context.project),
                         fixit_context_of(context), metrics);
    if (!report)
      return report.error();
    executor_result result;
    result.outcome = kept_of(*report, "clang-tidy proposes no fix");
    result.report = std::move(*report);
    return result;
  }
};

} // namespace

std::unique_ptr<executor> make_clang_tidy_executor() {
  return std::make_unique<clang_tidy_executor>();
}

} // namespace cohort::runtime::execution
