#include "runtime/decomposition/decompose.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "runtime/analysis/specialty.hpp"
#include "runtime/analysis/workload.hpp"
#include "runtime/decomposition/bundles.hpp"
#include "runtime/decomposition/grouping.hpp"

namespace cohort::runtime::decomposition {

namespace {

using analysis::workload;

constexpr std::string_view error_type_strategy = "error_type_based";
constexpr std::string_view root_cause_strategy = "root_cause";
constexpr std::string_view file_strategy = "file_based";
constexpr std::string_view module_strategy = "module_based";

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
  added.mutable_specialty()->set_kind(
    analysis::specialty_of_errors(added.error_type()));
  return added;
}

/// Of errors each type has a specialty.
bool is_about_more_than_errors(pb::SpecialtyKind kind) {
  return kind != pb::SPECIALTY_KIND_UNSPECIFIED
         && kind != pb::SPECIALTY_KIND_GENERALIST
         && kind != pb::SPECIALTY_KIND_COMPILATION_ERRORS;
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

/// "unknown_type 'T' in src/a.cc": what all files have in common, or else the
/// leading type.
std::string title_of(const pb::Subtask& subtask, const bundle& bundle,
                     const grouping& wanted) {
  auto& first = wanted.keys[bundle.files.front()];
  auto is_one
    = first.starts_with(subtask.error_type())
      && std::all_of(bundle.files.begin(), bundle.files.end(),
                     [&](auto file) { return wanted.keys[file] == first; });
  return (is_one ? first : subtask.error_type()) + " in " + name_files(subtask);
}

void add_sources(pb::Decomposition& plan, const workload& load,
                 const grouping& wanted, const bundles& all) {
  std::vector<int> owner(load.files.size(), -1); // Of each shared file.
  for (size_t i = 0; i < all.shared.size(); ++i)
    for (auto file : all.shared[i].files)
      owner[file] = static_cast<int>(i);
  for (auto& bundle : all.sources) {
    auto& subtask = add_subtask(plan, subtask_of(load, bundle));
    subtask.set_priority(pb::PRIORITY_NORMAL);
    subtask.set_title(title_of(subtask, bundle, wanted));
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

grouping wanted_groups(const workload& load, const pb::Evidence& evidence,
                       std::string_view strategy) {
  if (strategy == root_cause_strategy)
    return by_root_cause(load, evidence);
  if (strategy == module_strategy)
    return by_module(load);
  return by_error_type(load);
}

/// "a, b or c"
std::string listed(const std::vector<std::string>& names) {
  std::string result;
  for (size_t i = 0; i < names.size(); ++i)
    result += (i == 0 ? "" : i + 1 < names.size() ? ", " : " or ") + names[i];
  return result;
}

} // namespace

std::vector<std::string> strategies() {
  return {std::string{error_type_strategy}, std::string{root_cause_strategy},
          std::string{file_strategy}, std::string{module_strategy}};
}

expected<pb::Decomposition> decompose(const pb::ComplexTask& task,
                                      const pb::Evidence& evidence,
                                      const pb::Scope& scope, unsigned round,
                                      const decomposition_settings& settings) {
  auto known = strategies();
  if (std::find(known.begin(), known.end(), settings.strategy) == known.end())
    return error{errc::invalid_request,
                 "decomposition.strategy: unknown strategy \""
                   + settings.strategy + "\"; use " + listed(known)};
  auto load = broken_in_scope(evidence, scope);
  bundle_limits limits;
  limits.bundles_max = settings.max_subtasks_per_task;
  limits.may_wait = settings.max_dependency_depth > 1;
  limits.one_file_each = settings.strategy == file_strategy;
  auto wanted = wanted_groups(load, evidence, settings.strategy);
  auto all = make_bundles(load, wanted, limits);
  pb::Decomposition plan;
  plan.set_task_id(task.task_id());
  plan.set_strategy(settings.strategy);
  plan.set_round(round);
  add_shared(plan, load, all.shared);
  add_sources(plan, load, wanted, all);
  if (is_about_more_than_errors(task.specialty().kind()))
    for (auto& subtask : *plan.mutable_subtasks())
      *subtask.mutable_specialty() = task.specialty();
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
