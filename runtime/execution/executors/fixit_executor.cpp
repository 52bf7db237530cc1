#include <utility>

#include "runtime/execution/executors/compiled_part.hpp"

namespace cohort::runtime::execution {

namespace {

/// What the compilers themselves propose, and rules for what they name.
class fixit_executor final : public executor {
public:
  [[nodiscard]] bool can_help(const pb::RepairUnit& unit,
                              const executor_context& context) const override {
    return has_compiled_units(unit, context.project);
  }

  [[nodiscard]] bool sees_all_checks() const override {
    return false;
  }

  expected<executor_result> work(pb::RepairUnit unit, const subtask_evidence&,
                                 const executor_context& context,
                                 pb::ExecutionMetrics& metrics) override {
    auto report = repair(compiled_part(std::move(unit), context.project),
                         fixit_context_of(context), metrics);
    if (!report)
      return report.error();
    executor_result result;
    result.outcome = kept_of(*report,
                             "neither a compiler nor a rule proposes a fix");
    result.report = std::move(*report);
    return result;
  }
};

} // namespace

std::unique_ptr<executor> make_fixit_executor() {
  return std::make_unique<fixit_executor>();
}

} // namespace cohort::runtime::execution
