#include "runtime/coordination/gate_run.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/coordination/repeated.hpp"
#include "runtime/coordination/work_units.hpp"
#include "runtime/mutation/shards.hpp"
#include "runtime/quality/coverage.hpp"
#include "runtime/quality/gates.hpp"
#include "runtime/quality/lint.hpp"
#include "runtime/quality/mutation.hpp"
#include "runtime/quality/report.hpp"
#include "runtime/toolchain/clang_tidy.hpp"

namespace cohort::runtime::coordination {

namespace {

/// Whether a unit is refused for warnings alone, which the task asks for and
/// the build does not. GCC alone tells them from errors that have an option.
bool has_warnings_alone(const pb::RunGates& request,
                        const pb::UnitReport& report) {
  auto& all = report.diagnostics();
  return !request.toolchain().warnings().empty() && report.failure().empty()
         && std::none_of(all.begin(), all.end(), [](auto& one) {
              return one.severity() >= pb::SEVERITY_ERROR
                     && !one.option().starts_with("-Werror=");
            });
}

/// Whether the build's own compiler, which is named first, accepts all units:
/// what another one rejects can be built and tested.
bool can_be_built(const pb::RunGates& request,
                  const std::vector<pb::UnitReport>& checked) {
  return std::all_of(checked.begin(), checked.end(), [&](auto& report) {
    auto is_own = request.compilers().empty()
                  || report.tool() == request.compilers(0);
    return report.ok() || !is_own || has_warnings_alone(request, report);
  });
}

/// The report of a unit that came to nothing says why.
template <class Report>
Report failed_report(const pb::WorkerError& why) {
  Report report;
  report.set_available(true);
  report.set_failure(why.message());
  return report;
}

pb::TestReport test_report(pb::AttemptResult& result) {
  return result.has_tests() ? std::move(*result.mutable_tests())
                            : failed_report<pb::TestReport>(result.error());
}

pb::CoverageReport coverage_report(pb::AttemptResult& result) {
  return result.has_coverage()
           ? std::move(*result.mutable_coverage())
           : failed_report<pb::CoverageReport>(result.error());
}

std::vector<std::string> failing_tests(const pb::TestReport& report) {
  std::vector<std::string> result;
  for (auto& test : report.cases())
    if (!test.passed())
      result.push_back(test.name());
  return result;
}

} // namespace

gate_run::gate_run(pb::RunGates request, const quality::gate_settings& settings,
                   numbering next_ticket)
  : request_{std::move(request)},
    settings_{settings},
    next_ticket_{std::move(next_ticket)},
    after_{to_vector(request_.known())} {
  // nop
}

std::vector<pb::WorkUnit> gate_run::begin(double now) {
  began_ = now;
  auto units = units_of_stage();
  return units.empty() ? advance(now) : units;
}

std::vector<pb::WorkUnit> gate_run::take(pb::AttemptResult result, double now) {
  auto found = pending_.find(result.ticket());
  if (found == pending_.end())
    return {};
  auto why = std::move(found->second);
  pending_.erase(found);
  take_in(why, std::move(result));
  return pending_.empty() ? advance(now) : std::vector<pb::WorkUnit>{};
}

void gate_run::take(pb::BreakerChange change) {
  breakers_.push_back(std::move(change));
}

bool gate_run::is_over() const {
  return stage_ == stage::over;
}

/// To the next stage that has something to do.
std::vector<pb::WorkUnit> gate_run::advance(double now) {
  std::vector<pb::WorkUnit> units;
  while (units.empty() && stage_ != stage::over) {
    took_[stage_] = now - std::exchange(began_, now);
    stage_ = static_cast<stage>(static_cast<uint8_t>(stage_) + 1);
    units = units_of_stage();
  }
  return units;
}

std::vector<pb::WorkUnit> gate_run::units_of_stage() {
  std::vector<pb::WorkUnit> units;
  switch (stage_) {
    case stage::checks:
      start_checks(units);
      break;
    case stage::lint:
      start_lint(units);
      break;
    case stage::tests:
      start_tests(units);
      break;
    case stage::reruns:
      start_reruns(units);
      break;
    case stage::measures:
      start_measures(units);
      break;
    case stage::mutants:
      start_mutants(units);
      break;
    case stage::over:
      break;
  }
  return units;
}

void gate_run::start_checks(std::vector<pb::WorkUnit>& units) {
  pb::PreparedWorkspace workspace;
  *workspace.mutable_units() = request_.units();
  *workspace.mutable_compilers() = request_.compilers();
  *workspace.mutable_tools() = request_.tools();
  for (auto& check : missing_checks(workspace, after_))
    add(units, {purpose::check, check},
        check_unit(task(), request_.tree(), check.unit(), check.compiler(), 0));
}

/// What the base has already is known from the same units of it, where they
/// compiled.
void gate_run::start_lint(std::vector<pb::WorkUnit>& units) {
  if (!is_on(pb::GATE_KIND_LINT))
    return;
  auto asked = task();
  auto& toolchain = *asked.mutable_toolchain();
  toolchain.clear_tidy_checks();
  toolchain.add_tidy_checks(settings_.lint_checks);
  toolchain.clear_header_filter();
  auto& compilers = request_.compilers();
  auto of_compilers = [&](std::vector<pb::UnitReport> reports) {
    std::erase_if(reports, [&](auto& report) {
      return report.tool() == toolchain::clang_tidy
             || std::find(compilers.begin(), compilers.end(), report.tool())
                  == compilers.end();
    });
    return reports;
  };
  std::map<std::string, bool> compiled; // In the base, by unit.
  for (auto& report : of_compilers(to_vector(request_.before()))) {
    auto& is_accepted = compiled.try_emplace(report.unit(), true).first->second;
    is_accepted = is_accepted && report.ok();
  }
  auto lint = [&](purpose::kind what, const std::string& tree,
                  const std::string& unit) {
    pb::CheckUnit checked;
    checked.set_unit(unit);
    checked.set_compiler(std::string{toolchain::clang_tidy});
    add(units, {what, checked},
        check_unit(asked, tree, unit, checked.compiler(), 0));
  };
  for (auto& unit : quality::units_to_lint(to_vector(request_.changed()),
                                           of_compilers(after_))) {
    lint(purpose::lint_after, request_.tree(), unit);
    if (auto found = compiled.find(unit);
        found != compiled.end() && found->second)
      lint(purpose::lint_before, request_.base_tree(), unit);
  }
}

/// A unit that the build's compiler rejects would fail the build, and say
/// nothing new.
void gate_run::start_tests(std::vector<pb::WorkUnit>& units) {
  auto is_needed = is_on(pb::GATE_KIND_TESTS) || is_on(pb::GATE_KIND_COVERAGE)
                   || is_on(pb::GATE_KIND_MUTATION);
  if (!is_needed || request_.changed_files().empty())
    return;
  auto was = to_vector(request_.before());
  auto base_builds = !was.empty() && can_be_built(request_, was);
  auto add_base = [&] {
    add(units, {purpose::tests_before, {}},
        test_unit(task(), request_.base_tree(), 0));
  };
  if (!request_.has_tests()) { // Somebody's own change may have removed them.
    if (base_builds && request_.tests_may_change())
      add_base();
    return;
  }
  tests_.set_available(true);
  if (!can_be_built(request_, after_)) {
    tests_.set_failure(std::string{quality::units_have_errors});
    return;
  }
  add(units, {purpose::tests_after, {}}, test_unit(task(), request_.tree(), 0));
  if (base_builds)
    add_base();
}

/// A test that fails may be one that fails now and then.
void gate_run::start_reruns(std::vector<pb::WorkUnit>& units) {
  auto failing = failing_tests(tests_);
  if (failing.empty() || settings_.test_reruns == 0)
    return;
  auto rerun = [&](purpose::kind what, const std::string& tree,
                   const std::vector<std::string>& names) {
    auto unit = test_unit(task(), tree, 0);
    unit.mutable_tests()->mutable_only()->Add(names.begin(), names.end());
    unit.mutable_tests()->set_runs(settings_.test_reruns);
    add(units, {what, {}}, std::move(unit));
  };
  rerun(purpose::again, request_.tree(), failing);
  if (before_)
    rerun(purpose::again_before, request_.base_tree(), failing);
}

/// What breaks tests, or has none that run, is not measured.
void gate_run::start_measures(std::vector<pb::WorkUnit>& units) {
  auto has_tests = request_.has_tests() && !tests_.cases().empty();
  auto fail = quality::judge_tests(before_, tests_).verdict()
              == pb::GATE_VERDICT_FAIL;
  unmeasured_ = request_.changed_files().empty() ? "nothing has changed"
                : !tests_.failure().empty()      ? tests_.failure()
                : !has_tests ? "the project has no tests that can be run"
                : fail       ? "the tests fail"
                             : "";
  is_broken_ = !tests_.failure().empty() || fail;
  if (!unmeasured_.empty())
    return;
  if (is_on(pb::GATE_KIND_COVERAGE))
    start_coverage(units);
  if (is_on(pb::GATE_KIND_MUTATION))
    add(units, {purpose::mutation_plan, {}},
        mutation_plan_unit(task(), request_.tree(),
                           to_vector(request_.changed()),
                           settings_.mutation_max_mutants, 0));
}

void gate_run::start_coverage(std::vector<pb::WorkUnit>& units) {
  add(units, {purpose::coverage_after, {}},
      coverage_unit(task(), request_.tree(), to_vector(request_.changed()), 0));
  if (settings_.coverage_scope == quality::coverage_scope::no_regression
      && before_)
    add(units, {purpose::coverage_before, {}},
        coverage_unit(task(), request_.base_tree(), {}, 0));
}

/// In pieces that are worth a worker of their own, which has to build first.
void gate_run::start_mutants(std::vector<pb::WorkUnit>& units) {
  constexpr double worthwhile_seconds = 10;
  constexpr double shards_max = 64;
  // Building and testing, which took that long, is more than building again.
  auto rebuild_seconds = took_[stage::tests];
  auto shards_of = [&](double count) {
    return mutation::make_shards(mutation_, request_.tree(),
                                 static_cast<size_t>(count), rebuild_seconds);
  };
  double total = 0;
  for (auto& shard : shards_of(1))
    total += shard.predicted_seconds;
  auto count = std::clamp(total / worthwhile_seconds, 1.0, shards_max);
  for (auto& shard : shards_of(count))
    add(units, {purpose::mutants, {}}, mutants_unit(task(), shard, 0));
}

void gate_run::take_in(const purpose& why, pb::AttemptResult result) {
  switch (why.what) {
    case purpose::check:
      after_.push_back(result.has_unit_report()
                         ? std::move(*result.mutable_unit_report())
                         : missing_report(why.checked, result.error()));
      break;
    case purpose::lint_after:
    case purpose::lint_before:
      (why.what == purpose::lint_after ? lint_ : lint_before_)
        .push_back(result.has_unit_report()
                     ? std::move(*result.mutable_unit_report())
                     : missing_report(why.checked, result.error()));
      break;
    case purpose::tests_after:
      tests_ = test_report(result);
      break;
    case purpose::tests_before:
      // A base that does not build has nothing to compare with.
      if (auto report = test_report(result); report.failure().empty())
        before_ = std::move(report);
      break;
    case purpose::again:
      quality::add_runs(tests_, test_report(result));
      break;
    case purpose::again_before:
      quality::add_runs(*before_, test_report(result));
      break;
    case purpose::coverage_after:
      covered_ = coverage_report(result);
      break;
    case purpose::coverage_before:
      covered_before_ = coverage_report(result);
      break;
    case purpose::mutation_plan:
      mutation_ = result.has_mutation_plan()
                    ? std::move(*result.mutable_mutation_plan())
                    : failed_report<pb::MutationPlan>(result.error());
      break;
    case purpose::mutants: // Of those without a verdict the gate says so.
      for (auto& verdict : *result.mutable_mutants()->mutable_verdicts())
        mutants_.push_back(std::move(verdict));
      break;
  }
}

pb::GatesFinished gate_run::finish() {
  pb::GatesFinished finished;
  finished.set_run(request_.run());
  auto before = analysis::gather(request_.base_tree(),
                                 to_vector(request_.before()));
  auto after = analysis::gather(request_.tree(), after_);
  if (is_on(pb::GATE_KIND_COMPILATION)) {
    auto& report = *finished.add_reports();
    report = quality::judge_compilation(before, after);
    report.set_seconds(took_[stage::checks]);
    for (auto& unit : quality::broken_units(before, after))
      finished.add_broken_units(unit);
  }
  *finished.add_reports() = quality::judge_scope(
    request_.scope(), to_vector(request_.changed_files()));
  if (is_on(pb::GATE_KIND_LINT))
    *finished.add_reports() = judge_lint();
  if (is_on(pb::GATE_KIND_TESTS))
    *finished.add_reports() = judge_tests();
  if (is_on(pb::GATE_KIND_COVERAGE))
    *finished.add_reports() = judge_coverage();
  if (is_on(pb::GATE_KIND_MUTATION))
    *finished.add_reports() = judge_mutation();
  if (is_on(pb::GATE_KIND_SECURITY))
    *finished.add_reports()
      = quality::judge_security(to_vector(request_.objections()));
  for (auto& report : *finished.mutable_reports())
    report.set_advisory(policy_of(report.kind())
                        == quality::gate_policy::advisory);
  finished.mutable_after()->Add(std::make_move_iterator(after_.begin()),
                                std::make_move_iterator(after_.end()));
  finished.mutable_breakers()->Add(std::make_move_iterator(breakers_.begin()),
                                   std::make_move_iterator(breakers_.end()));
  return finished;
}

void gate_run::add(std::vector<pb::WorkUnit>& units, purpose why,
                   pb::WorkUnit unit) {
  unit.set_ticket(next_ticket_());
  pending_.emplace(unit.ticket(), std::move(why));
  units.push_back(std::move(unit));
}

pb::GateReport gate_run::judge_lint() {
  auto report = quality::judge_lint(lint_before_, lint_,
                                    to_vector(request_.changed()));
  // Who requires it is not content with a tool that does not work.
  if (!lint_.empty() && report.verdict() == pb::GATE_VERDICT_NOT_MEASURED
      && policy_of(pb::GATE_KIND_LINT) == quality::gate_policy::required)
    report.set_verdict(pb::GATE_VERDICT_FAIL);
  report.set_seconds(took_[stage::lint]);
  return report;
}

pb::GateReport gate_run::judge_tests() {
  auto report = request_.changed_files().empty()
                  ? quality::tests_not_measured("nothing has changed")
                  : quality::judge_tests(before_, tests_);
  quality::hold_against(report, to_vector(request_.objections()),
                        request_.tests_may_change());
  report.set_seconds(took_[stage::tests] + took_[stage::reruns]);
  return report;
}

pb::GateReport gate_run::judge_coverage() {
  auto& asked = request_.quality();
  auto threshold = asked.coverage_threshold() > 0
                     ? asked.coverage_threshold()
                     : settings_.test_coverage_threshold;
  auto report = unmeasured_.empty()
                  ? quality::judge_coverage(covered_, covered_before_,
                                            settings_.coverage_scope, threshold)
                  : not_measured(pb::GATE_KIND_COVERAGE, threshold);
  if (!covered_.failure().empty()
      && policy_of(pb::GATE_KIND_COVERAGE) == quality::gate_policy::required)
    report.set_verdict(pb::GATE_VERDICT_FAIL);
  report.set_seconds(took_[stage::measures]);
  return report;
}

pb::GateReport gate_run::judge_mutation() {
  auto& asked = request_.quality();
  auto threshold = asked.mutation_threshold() > 0
                     ? asked.mutation_threshold()
                     : settings_.mutation_testing_threshold;
  auto report = unmeasured_.empty()
                  ? quality::judge_mutation(threshold, mutation_, mutants_)
                  : not_measured(pb::GATE_KIND_MUTATION, threshold);
  // What was planned while coverage was measured is counted there.
  auto planning = is_on(pb::GATE_KIND_COVERAGE) ? 0 : took_[stage::measures];
  report.set_seconds(planning + took_[stage::mutants]);
  return report;
}

pb::GateReport gate_run::not_measured(pb::GateKind kind,
                                      double threshold) const {
  auto report = quality::make_report(kind, pb::GATE_VERDICT_NOT_MEASURED, 0,
                                     unmeasured_);
  report.set_threshold(threshold);
  // Who requires it is not content with a build that cannot be measured.
  if (is_broken_ && policy_of(kind) == quality::gate_policy::required)
    report.set_verdict(pb::GATE_VERDICT_FAIL);
  return report;
}

/// A task that names gates wants these, and no others.
quality::gate_policy gate_run::policy_of(pb::GateKind kind) const {
  using quality::gate_policy;
  auto required_if = [](bool is_on) {
    return is_on ? gate_policy::required : gate_policy::off;
  };
  // Who wants no tests built wants no other builds of them as a hint.
  auto with_tests = [&](gate_policy policy) {
    return settings_.tests || policy == gate_policy::required
             ? policy
             : gate_policy::off;
  };
  auto& named = request_.quality().gates();
  if (kind == pb::GATE_KIND_SCOPE)
    return gate_policy::required;
  if (!named.empty())
    return required_if(std::find(named.begin(), named.end(), kind)
                       != named.end());
  switch (kind) {
    case pb::GATE_KIND_COMPILATION:
      return required_if(settings_.compilation_validation);
    case pb::GATE_KIND_TESTS:
      return required_if(settings_.tests);
    case pb::GATE_KIND_COVERAGE:
      return with_tests(settings_.coverage);
    case pb::GATE_KIND_MUTATION:
      return with_tests(settings_.mutation);
    case pb::GATE_KIND_SECURITY:
      return settings_.security;
    case pb::GATE_KIND_LINT:
      return settings_.lint;
    default:
      return gate_policy::off;
  }
}

bool gate_run::is_on(pb::GateKind kind) const {
  return policy_of(kind) != quality::gate_policy::off;
}

pb::TaskRequest gate_run::task() const {
  pb::TaskRequest task;
  task.set_task_id(request_.task_id());
  task.set_workspace_root(request_.workspace_root());
  *task.mutable_toolchain() = request_.toolchain();
  *task.mutable_scope() = request_.scope();
  return task;
}

} // namespace cohort::runtime::coordination
