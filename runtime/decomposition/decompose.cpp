#include "runtime/decomposition/decompose.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "runtime/analysis/workload.hpp"
#include "runtime/decomposition/bundles.hpp"

namespace cohort::runtime::decomposition {

namespace {

using analysis::workload;

constexpr std::string_view by_error_type = "error_type_based";
constexpr std::string_view by_file = "file_based";

workload broken_in_scope(const pb::Evidence& evidence, const pb::Scope& scope) {
  return analysis::measure_workload(evidence, [&](const std::string& file) {
    return in_scope(scope, file);
  });
}

/// "src/a.cc", "src/a.cc and 1 more file", "src/a.cc and 7 more files".
std::string name_files(const pb::Subtask& subtask) {
  auto more = subtask.files_size() - 1;
  auto result = subtask.files(0);
  if (more > 0)
    result += " and " + std::to_string(more) + " more file"
              + (more == 1 ? "" : "s");
  return result;
}

/// Files, units, diagnostics, effort and type: what follows from the files.
pb::Subtask subtask_of(const workload& load, const bundle& bundle) {
  pb::Subtask subtask;
  std::vector<uint32_t> units;
  std::vector<uint32_t> diagnostics;
  for (auto index : bundle.files) {
    auto& file = load.files[index];
    subtask.add_files(file.name);
    units.insert(units.end(), file.units.begin(), file.units.end());
    diagnostics.insert(diagnostics.end(), file.diagnostics.begin(),
                       file.diagnostics.end());
  }
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  for (auto unit : units)
    subtask.add_units(load.units[unit].name);
  std::sort(diagnostics.begin(), diagnostics.end());
  subtask.mutable_diagnostics()->Add(diagnostics.begin(), diagnostics.end());
  subtask.set_effort_seconds(bundle.effort);
  subtask.set_error_type(leading_type(load, bundle.files));
  subtask.add_requirements("every unit that compiled before still compiles");
  subtask.add_requirements("only files of the subtask change");
  return subtask;
}

pb::Subtask& add_subtask(pb::Decomposition& plan, pb::Subtask subtask) {
  auto& added = *plan.add_subtasks();
  added = std::move(subtask);
  added.set_id("s" + std::to_string(plan.subtasks_size()));
  return added;
}

/// Of errors where the words ask for nothing else.
pb::Specialty specialty_of(const pb::ComplexTask& task) {
  pb::Specialty result;
  result.set_kind(pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  return task.specialty().kind() == pb::SPECIALTY_KIND_GENERALIST
             || task.specialty().kind() == pb::SPECIALTY_KIND_UNSPECIFIED
           ? result
           : task.specialty();
}

/// The subtasks of the shared files come first in the plan, so that the index
/// of a shared bundle is that of its subtask.
void add_shared(pb::Decomposition& plan, const workload& load,
                const std::vector<bundle>& shared) {
  for (auto& bundle : shared) {
    auto& subtask = add_subtask(plan, subtask_of(load, bundle));
    subtask.set_priority(pb::PRIORITY_HIGH);
    subtask.set_title("headers first: " + name_files(subtask) + " ("
                      + subtask.error_type() + ")");
  }
}

void add_sources(pb::Decomposition& plan, const workload& load,
                 const bundles& all) {
  std::vector<int> owner(load.files.size(), -1); // Of each shared file.
  for (size_t i = 0; i < all.shared.size(); ++i)
    for (auto file : all.shared[i].files)
      owner[file] = static_cast<int>(i);
  for (auto& bundle : all.sources) {
    auto& subtask = add_subtask(plan, subtask_of(load, bundle));
    subtask.set_priority(pb::PRIORITY_NORMAL);
    subtask.set_title(subtask.error_type() + " in " + name_files(subtask));
    std::set<int> waits_for;
    for (auto file : bundle.files)
      for (auto shared : load.units[load.files[file].units.front()].shared)
        waits_for.insert(owner[shared]);
    for (auto index : waits_for) {
      auto& dependency = *subtask.add_depends_on();
      dependency.set_subtask_id(plan.subtasks(index).id());
      dependency.set_kind(pb::DEPENDENCY_KIND_COMPILATION_ORDER);
    }
  }
}

} // namespace

std::vector<std::string> strategies() {
  return {std::string{by_error_type}, std::string{by_file}};
}

expected<pb::Decomposition> decompose(const pb::ComplexTask& task,
                                      const pb::Evidence& evidence,
                                      const pb::Scope& scope, unsigned round,
                                      const decomposition_settings& settings) {
  auto known = strategies();
  if (std::find(known.begin(), known.end(), settings.strategy) == known.end())
    return error{errc::invalid_request,
                 "decomposition.strategy: unknown strategy \""
                   + settings.strategy + "\"; use " + known[0] + " or "
                   + known[1]};
  auto load = broken_in_scope(evidence, scope);
  bundle_limits limits;
  limits.bundles_max = settings.max_subtasks_per_task;
  limits.may_wait = settings.max_dependency_depth > 1;
  limits.one_file_each = settings.strategy == by_file;
  auto all = make_bundles(load, limits);
  pb::Decomposition plan;
  plan.set_task_id(task.task_id());
  plan.set_strategy(settings.strategy);
  plan.set_round(round);
  add_shared(plan, load, all.shared);
  add_sources(plan, load, all);
  for (auto& subtask : *plan.mutable_subtasks())
    *subtask.mutable_specialty() = specialty_of(task);
  return plan;
}

pb::Subtask whole_scope(const pb::ComplexTask& task,
                        const pb::Evidence& evidence, const pb::Scope& scope) {
  auto load = broken_in_scope(evidence, scope);
  bundle everything;
  everything.files.resize(load.files.size());
  std::iota(everything.files.begin(), everything.files.end(), 0u);
  std::stable_partition(everything.files.begin(), everything.files.end(),
                        [&](auto file) { return load.files[file].is_shared; });
  for (auto& file : load.files)
    everything.effort += file.effort_seconds;
  auto subtask = subtask_of(load, everything);
  subtask.set_id("s1");
  subtask.set_title(subtask.files().empty()
                      ? "nothing to repair inside the scope"
                      : "everything inside the scope: " + name_files(subtask));
  subtask.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_GENERALIST);
  subtask.set_priority(task.priority() == pb::PRIORITY_UNSPECIFIED
                         ? pb::PRIORITY_NORMAL
                         : task.priority());
  return subtask;
}

} // namespace cohort::runtime::decomposition
