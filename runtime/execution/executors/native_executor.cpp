#include <cmath>
#include <exception>
#include <memory>
#include <utility>

#include "runtime/execution/executors/executor.hpp"
#include "runtime/execution/executors/program_words.hpp"
#include "runtime/execution/executors/worktree_change.hpp"

namespace cohort::runtime::execution {

namespace {

executor_result nothing_done(std::string outcome, double cost = 0) {
  return {{}, std::move(outcome), cost};
}

expected<native_report> call(const native_executor& who,
                             const native_assignment& what) {
  try {
    return who(what);
  } catch (const std::exception& thrown) {
    return error{errc::crashed, thrown.what()};
  } catch (...) {
    return error{errc::crashed, "it threw something"};
  }
}

/// Somebody else's C++: what it changes in the worktree is its answer.
class adapter final : public executor {
public:
  explicit adapter(native_executor who) : who_{std::move(who)} {
    // nop
  }

  [[nodiscard]] bool can_help(const pb::RepairUnit&,
                              const executor_context&) const override {
    return true;
  }

  [[nodiscard]] bool sees_all_checks() const override {
    return true;
  }

  expected<executor_result>
  work(pb::RepairUnit unit, const subtask_evidence& evidence,
       const executor_context& context, pb::ExecutionMetrics&) override {
    auto files = worktree_change::allowed(unit, context);
    if (files.empty())
      return nothing_done("there is no file that it may change");
    auto change = worktree_change::begin(unit, evidence, context);
    if (!change)
      return change.error();
    auto alive = context.alive ? context.alive : [] {};
    auto said = call(who_, {unit.description(), unit.subtask(),
                            context.slot.tree_folder(), std::move(files),
                            evidence.reports(), context.attempt, context.end,
                            context.stop, alive});
    if (context.stop.stop_requested())
      return error{errc::cancelled, "the repair was stopped"};
    if (!said) {
      if (said.error().code == errc::cancelled)
        return said.error();
      if (auto done = change->take_back(); !done)
        return done.error();
      return nothing_done("it failed: " + last_words(said.error().message));
    }
    auto verdict = change->judge();
    if (!verdict)
      return verdict.error();
    auto words = last_words(said->outcome);
    auto outcome = verdict->is_kept || words.empty()
                     ? verdict->outcome
                     : verdict->outcome + " (" + words + ')';
    auto is_cost = std::isfinite(said->cost) && said->cost >= 0;
    executor_result result{{}, std::move(outcome), is_cost ? said->cost : 0};
    for (auto& report : verdict->checked)
      *result.report.add_checked() = std::move(report);
    return result;
  }

private:
  native_executor who_;
};

} // namespace

std::unique_ptr<executor> make_native_executor(native_executor who) {
  return std::make_unique<adapter>(std::move(who));
}

} // namespace cohort::runtime::execution
