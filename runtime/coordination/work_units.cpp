#include "runtime/coordination/work_units.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/decomposition/decompose.hpp"

namespace cohort::runtime::coordination {

namespace {

pb::WorkUnit unit_on(const pb::TaskRequest& request, const std::string& tree,
                     pb::SpecialtyKind specialty, uint64_t ticket) {
  pb::WorkUnit unit;
  unit.set_ticket(ticket);
  unit.set_task_id(request.task_id());
  unit.mutable_specialty()->set_kind(specialty);
  unit.set_workspace_root(request.workspace_root());
  unit.set_tree(tree);
  *unit.mutable_toolchain() = request.toolchain();
  unit.set_cpu_bound(true);
  return unit;
}

/// A program that is waited for needs none: an agent thinks elsewhere.
bool needs_core(const pb::TaskRequest& request) {
  auto& executors = request.executors();
  return executors.empty()
         || std::any_of(executors.begin(), executors.end(),
                        [](auto& x) { return !x.has_command(); });
}

} // namespace

pb::WorkUnit prepare_unit(const pb::TaskRequest& request,
                          const std::string& tree, uint64_t ticket) {
  auto unit = unit_on(request, tree, pb::SPECIALTY_KIND_GENERALIST, ticket);
  unit.mutable_prepare();
  return unit;
}

pb::WorkUnit check_unit(const pb::TaskRequest& request, const std::string& tree,
                        const std::string& unit_name,
                        const std::string& compiler, uint64_t ticket) {
  auto unit = unit_on(request, tree, pb::SPECIALTY_KIND_GENERALIST, ticket);
  unit.mutable_check()->set_unit(unit_name);
  unit.mutable_check()->set_compiler(compiler);
  unit.set_predicted_seconds(1.0);
  unit.set_rank(1.0);
  return unit;
}

pb::WorkUnit test_unit(const pb::TaskRequest& request, const std::string& tree,
                       uint64_t ticket) {
  auto unit = unit_on(request, tree, pb::SPECIALTY_KIND_GENERALIST, ticket);
  unit.mutable_tests();
  unit.set_rank(
    1e6); // The longest unit of all: nothing else should wait for it.
  return unit;
}

pb::WorkUnit
coverage_unit(const pb::TaskRequest& request, const std::string& tree,
              const std::vector<pb::ChangedFile>& changed, uint64_t ticket) {
  auto unit = unit_on(request, tree, pb::SPECIALTY_KIND_GENERALIST, ticket);
  unit.mutable_coverage()->mutable_changed()->Add(changed.begin(),
                                                  changed.end());
  return unit;
}

pb::WorkUnit mutation_plan_unit(const pb::TaskRequest& request,
                                const std::string& tree,
                                const std::vector<pb::ChangedFile>& changed,
                                uint32_t max_mutants, uint64_t ticket) {
  auto unit = unit_on(request, tree, pb::SPECIALTY_KIND_GENERALIST, ticket);
  auto& plan = *unit.mutable_plan_mutants();
  plan.mutable_changed()->Add(changed.begin(), changed.end());
  plan.set_max_mutants(max_mutants);
  plan.set_seed(1); // The same change has the same sample.
  return unit;
}

pb::WorkUnit mutants_unit(const pb::TaskRequest& request,
                          const mutation::shard& shard, uint64_t ticket) {
  auto unit = unit_on(request, shard.tree, pb::SPECIALTY_KIND_GENERALIST,
                      ticket);
  *unit.mutable_mutants() = shard.unit;
  unit.set_predicted_seconds(shard.predicted_seconds);
  unit.set_rank(shard.predicted_seconds);
  return unit;
}

pb::WorkUnit repair_unit(const pb::TaskRequest& request,
                         const std::string& tree, const pb::Subtask& subtask,
                         double rank, const std::vector<std::string>& compilers,
                         const std::vector<pb::UnitReport>& known,
                         uint64_t ticket) {
  auto unit = unit_on(request, tree, subtask.specialty().kind(), ticket);
  *unit.mutable_specialty() = subtask.specialty();
  unit.set_rank(rank);
  // The pool learns by itself how attempts fare against what the model says.
  unit.set_predicted_seconds(subtask.model_seconds() > 0
                               ? subtask.model_seconds()
                               : subtask.effort_seconds());
  auto& repair = *unit.mutable_repair();
  *repair.mutable_subtask() = subtask;
  repair.mutable_compilers()->Add(compilers.begin(), compilers.end());
  *repair.mutable_scope() = request.scope();
  *repair.mutable_executors() = request.executors();
  repair.set_description(request.description());
  unit.set_cpu_bound(needs_core(request));
  std::set<std::string> units{subtask.units().begin(), subtask.units().end()};
  for (auto& report : known)
    if (units.count(report.unit()) > 0)
      *repair.add_known() = report;
  return unit;
}

pb::WorkUnit execute_sequential_fallback(
  const pb::TaskRequest& request, const pb::ComplexTask& task,
  const std::string& last_good_tree, const std::vector<std::string>& compilers,
  const std::vector<pb::UnitReport>& known, uint64_t ticket) {
  auto evidence = analysis::gather(last_good_tree, known);
  auto everything = decomposition::whole_scope(task, evidence, request.scope());
  return repair_unit(request, last_good_tree, everything,
                     everything.effort_seconds(), compilers, known, ticket);
}

pb::UnitReport missing_report(const pb::CheckUnit& check,
                              const pb::WorkerError& error) {
  pb::UnitReport report;
  report.set_unit(check.unit());
  report.set_tool(check.compiler());
  report.set_failure(error.message());
  report.add_reads(check.unit());
  return report;
}

bool holds(const pb::UnitReport& report,
           const std::vector<std::string>& changed) {
  return report.failure().empty()
         && std::none_of(report.reads().begin(), report.reads().end(),
                         [&](const std::string& file) {
                           return std::binary_search(changed.begin(),
                                                     changed.end(), file);
                         });
}

std::vector<pb::UnitReport>
unaffected(const std::vector<pb::UnitReport>& reports,
           const std::vector<std::string>& changed) {
  std::vector<pb::UnitReport> result;
  std::copy_if(reports.begin(), reports.end(), std::back_inserter(result),
               [&](auto& report) { return holds(report, changed); });
  return result;
}

std::vector<pb::UnitReport>
missing_from(const std::vector<pb::UnitReport>& reports,
             const std::vector<pb::UnitReport>& more) {
  std::set<std::pair<std::string, std::string>> have;
  for (auto& report : reports)
    have.emplace(report.unit(), report.tool());
  std::vector<pb::UnitReport> result;
  for (auto& report : more)
    if (have.emplace(report.unit(), report.tool()).second)
      result.push_back(report);
  return result;
}

void add_missing(std::vector<pb::UnitReport>& reports,
                 const std::vector<pb::UnitReport>& more) {
  for (auto& report : missing_from(reports, more))
    reports.push_back(std::move(report));
}

std::vector<std::vector<pb::UnitReport>>
in_batches(std::vector<pb::UnitReport> reports) {
  constexpr size_t batch_bytes = 8U << 20;
  std::vector<std::vector<pb::UnitReport>> result;
  size_t bytes = batch_bytes;
  for (auto& report : reports) {
    auto size = report.ByteSizeLong();
    if (bytes + size > batch_bytes) {
      result.emplace_back();
      bytes = 0;
    }
    bytes += size;
    result.back().push_back(std::move(report));
  }
  return result;
}

std::vector<pb::CheckUnit>
missing_checks(const pb::PreparedWorkspace& workspace,
               const std::vector<pb::UnitReport>& known) {
  std::set<std::pair<std::string, std::string>> have;
  for (auto& report : known)
    have.emplace(report.unit(), report.tool());
  std::vector<pb::CheckUnit> result;
  auto add = [&](const std::string& unit, const std::string& tool) {
    if (have.count({unit, tool}) > 0)
      return;
    auto& check = result.emplace_back();
    check.set_unit(unit);
    check.set_compiler(tool);
  };
  for (auto& unit : workspace.units())
    for (auto& compiler : workspace.compilers())
      add(unit, compiler);
  for (auto& tool : workspace.tools())
    for (auto& unit : tool.units())
      add(unit, tool.tool());
  return result;
}

} // namespace cohort::runtime::coordination
