#include "actors/gatekeeper.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/coordination/work_units.hpp"
#include "runtime/quality/gates.hpp"

namespace cohort::actors {

namespace {

namespace analysis = runtime::analysis;
namespace coordination = runtime::coordination;
namespace quality = runtime::quality;
using gatekeeper_self = gatekeeper_actor::stateful_pointer<gatekeeper_state>;
using run_type = gatekeeper_state::run;

std::vector<pb::UnitReport>
reports(const google::protobuf::RepeatedPtrField<pb::UnitReport>& xs) {
  return {xs.begin(), xs.end()};
}

struct keeper {
  gatekeeper_self self;
  const worker_pool_actor& pool;
  const quality::gate_settings& settings;

  [[nodiscard]] pb::TaskRequest task_of(const pb::RunGates& request) const {
    pb::TaskRequest task;
    task.set_task_id(request.task_id());
    task.set_workspace_root(request.workspace_root());
    *task.mutable_toolchain() = request.toolchain();
    *task.mutable_scope() = request.scope();
    return task;
  }

  void on_run(const pb::RunGates& request) const {
    auto& run = self->state.runs[request.task_id()];
    run = {};
    run.asker = self->current_sender();
    run.request = request;
    run.started = self->clock().now();
    run.after = reports(request.known());
    run.tests_are_due = settings.tests && request.has_tests()
                        && request.changed_files_size() > 0;
    pb::SubmitUnits submit;
    auto& units = request.units();
    auto& compilers = request.compilers();
    for (auto& check : coordination::missing_checks(
           {units.begin(), units.end()}, {compilers.begin(), compilers.end()},
           run.after)) {
      auto ticket = self->state.next_ticket++;
      *submit.add_units()
        = coordination::check_unit(task_of(request), request.tree(),
                                   check.unit(), check.compiler(), ticket);
      run.checks.emplace(ticket, check);
    }
    if (submit.units_size() > 0)
      self->send(pool, std::move(submit));
    else
      go_on(run);
  }

  void on_result(pb::AttemptResult& result) const {
    auto found = self->state.runs.find(result.task_id());
    if (found == self->state.runs.end())
      return; // Stopped.
    auto& run = found->second;
    if (auto check = run.checks.find(result.ticket());
        check != run.checks.end()) {
      run.after.push_back(
        result.has_unit_report()
          ? std::move(*result.mutable_unit_report())
          : coordination::missing_report(check->second, result.error()));
      run.checks.erase(check);
    } else if (run.tests_after == result.ticket()) {
      run.tests_after.reset();
      run.tests = test_report(result);
    } else if (run.tests_before == result.ticket()) {
      run.tests_before.reset();
      // A base that does not build has nothing to compare with.
      if (auto report = test_report(result); report.failure().empty())
        run.before = std::move(report);
    }
    go_on(run);
  }

  void on_breaker(pb::BreakerChange& change) const {
    auto found = self->state.runs.find(change.task_id());
    if (found != self->state.runs.end())
      found->second.breakers.push_back(std::move(change));
  }

  static pb::TestReport test_report(pb::AttemptResult& result) {
    if (result.has_tests())
      return std::move(*result.mutable_tests());
    pb::TestReport report;
    report.set_available(true);
    report.set_failure(result.error().message());
    return report;
  }

  void go_on(run_type& run) const {
    if (!run.checks.empty())
      return;
    if (std::exchange(run.tests_are_due, false))
      start_tests(run);
    if (!run.tests_after && !run.tests_before)
      finish(run);
  }

  /// Builds and tests only what compiles: a broken unit would fail the build,
  /// and say nothing new.
  void start_tests(run_type& run) const {
    run.check_seconds
      = std::chrono::duration<double>(self->clock().now() - run.started)
          .count();
    run.tests.set_available(true);
    auto after = analysis::gather(run.request.tree(), run.after);
    if (!analysis::failing_units(after).empty()) {
      run.tests.set_failure(std::string{quality::units_have_errors});
      return;
    }
    pb::SubmitUnits submit;
    run.tests_after = self->state.next_ticket++;
    *submit.add_units() = coordination::test_unit(
      task_of(run.request), run.request.tree(), *run.tests_after);
    auto before = analysis::gather(run.request.base_tree(),
                                   reports(run.request.before()));
    if (analysis::failing_units(before).empty()) {
      run.tests_before = self->state.next_ticket++;
      *submit.add_units() = coordination::test_unit(
        task_of(run.request), run.request.base_tree(), *run.tests_before);
    }
    self->send(pool, std::move(submit));
  }

  void finish(run_type& run) const {
    auto elapsed
      = std::chrono::duration<double>(self->clock().now() - run.started)
          .count();
    pb::GatesFinished finished;
    finished.set_run(run.request.run());
    auto before = analysis::gather(run.request.base_tree(),
                                   reports(run.request.before()));
    auto after = analysis::gather(run.request.tree(), run.after);
    if (settings.compilation_validation) {
      auto& report = *finished.add_reports();
      report = quality::judge_compilation(before, after);
      report.set_seconds(run.check_seconds > 0 ? run.check_seconds : elapsed);
      for (auto& unit : quality::broken_units(before, after))
        finished.add_broken_units(unit);
    }
    auto& changed = run.request.changed_files();
    *finished.add_reports() = quality::judge_scope(
      run.request.scope(), {changed.begin(), changed.end()});
    if (settings.tests) {
      auto& report = *finished.add_reports();
      report = quality::judge_tests(run.before, run.tests);
      report.set_seconds(run.check_seconds > 0 ? elapsed - run.check_seconds
                                               : 0);
    }
    *finished.add_reports() = quality::not_measured(
      pb::GATE_KIND_COVERAGE, settings.test_coverage_threshold, "coverage");
    *finished.add_reports() = quality::not_measured(
      pb::GATE_KIND_MUTATION, settings.mutation_testing_threshold, "mutation");
    for (auto& report : run.after)
      *finished.add_after() = std::move(report);
    finished.mutable_breakers()->Add(
      std::make_move_iterator(run.breakers.begin()),
      std::make_move_iterator(run.breakers.end()));
    auto asker = run.asker;
    self->state.runs.erase(run.request.task_id());
    reply_to(self, asker, std::move(finished));
  }

  void on_cancel(const pb::CancelUnits& cancel) const {
    self->state.runs.erase(cancel.task_id());
    self->state.stopping[cancel.task_id()] = self->current_sender();
    self->send(pool, cancel);
  }

  void on_cancelled(const pb::UnitsCancelled& cancelled) const {
    auto found = self->state.stopping.find(cancelled.task_id());
    if (found == self->state.stopping.end())
      return;
    auto asker = found->second;
    self->state.stopping.erase(found);
    reply_to(self, asker, cancelled);
  }
};

} // namespace

gatekeeper_actor::behavior_type
gatekeeper(gatekeeper_self self, worker_pool_actor pool,
           runtime::quality::gate_settings settings) {
  return {
    [=](const pb::RunGates& request) {
      keeper{self, pool, settings}.on_run(request);
    },
    [=](const pb::CancelUnits& cancel) {
      keeper{self, pool, settings}.on_cancel(cancel);
    },
    [=](pb::UnitsFinished& finished) {
      for (auto& change : *finished.mutable_breakers())
        keeper{self, pool, settings}.on_breaker(change);
      for (auto& result : *finished.mutable_results())
        keeper{self, pool, settings}.on_result(result);
    },
    [=](const pb::UnitsCancelled& cancelled) {
      keeper{self, pool, settings}.on_cancelled(cancelled);
    },
  };
}

} // namespace cohort::actors
