#include "runtime/execution/slot_jobs.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/execution/cache/digest.hpp"
#include "runtime/execution/chain.hpp"
#include "runtime/execution/checker.hpp"
#include "runtime/execution/counting_runner.hpp"
#include "runtime/execution/coverage_job.hpp"
#include "runtime/execution/test_bed.hpp"
#include "runtime/mutation/plan_mutants.hpp"
#include "runtime/mutation/try_mutants.hpp"
#include "runtime/process/confined_runner.hpp"
#include "runtime/toolchain/clang_tidy.hpp"
#include "runtime/toolchain/file_tool.hpp"
#include "runtime/toolchain/prepare.hpp"

namespace cohort::runtime::execution {

namespace {

/// A worker's name as that of a folder.
std::string folder_name(std::string worker) {
  for (auto& c : worker)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-'
        && c != '_')
      c = '_';
  return worker.empty() ? "_" : worker;
}

error cancelled() {
  return {errc::cancelled, "the unit was stopped"};
}

} // namespace

slot_jobs::slot_jobs(std::string worker, const slot_runner_settings& settings,
                     process::runner& processes, shared_caches caches)
  : worker_{std::move(worker)},
    settings_{settings},
    shared_processes_{processes},
    processes_{processes},
    caches_{std::move(caches)} {
  // nop
}

void slot_jobs::on_progress(std::function<void()> alive) {
  alive_ = std::move(alive);
}

expected<void> slot_jobs::run(const pb::WorkUnit& unit,
                              std::chrono::steady_clock::time_point end,
                              std::stop_token stop, pb::AttemptResult& result) {
  expected<void> outcome;
  end_ = end;
  processes_.ends_at(end);
  counting_runner own{processes_};
  counting_runner shared{shared_processes_};
  try {
    outcome = dispatch(unit, own, shared, stop, result);
  } catch (const std::exception& thrown) {
    outcome = error{errc::internal,
                    std::string{"a unit of work threw: "} + thrown.what()};
  }
  own.add_to(*result.mutable_metrics());
  shared.add_to(*result.mutable_metrics());
  // What its programs said when they were killed is no result.
  if (std::chrono::steady_clock::now() >= end)
    outcome = error{errc::timed_out, "the task's time is over"};
  if (stop.stop_requested())
    outcome = cancelled();
  if (!outcome)
    clean();
  return outcome;
}

expected<void>
slot_jobs::dispatch(const pb::WorkUnit& unit, process::runner& own,
                    process::runner& shared, std::stop_token stop,
                    pb::AttemptResult& result) {
  if (unit.tree().empty())
    return error{errc::invalid_request, "the unit names no tree to work on"};
  if (unit.work_case() == pb::WorkUnit::kTests)
    return test(unit, own, stop, result);
  if (unit.work_case() == pb::WorkUnit::kCoverage)
    return cover(unit, own, stop, result);
  if (unit.work_case() == pb::WorkUnit::kPlanMutants
      || unit.work_case() == pb::WorkUnit::kMutants)
    return mutate(unit, own, stop, result);
  auto where = place_for(unit, shared, stop);
  if (!where)
    return where.error();
  switch (unit.work_case()) {
    case pb::WorkUnit::kPrepare:
      return prepare(unit, *where, stop, result);
    case pb::WorkUnit::kCheck:
      return check(unit, *where, stop, result);
    case pb::WorkUnit::kRepair:
      return repair(unit, *where, stop, result);
    default:
      return error{errc::invalid_message,
                   "the unit says nothing about what to do; its sender speaks "
                   "another version"};
  }
}

/// The slot, holding the unit's tree.
expected<workspace::slot*> slot_jobs::slot_at(const pb::WorkUnit& unit) {
  if (!slot_) {
    auto store = workspace::object_store::open(settings_.store);
    if (!store)
      return store.error();
    slot_.emplace(settings_.slots / folder_name(worker_), std::move(*store));
  }
  if (auto there = slot_->bring_to(unit.tree()); !there)
    return there.error();
  return &*slot_;
}

/// The index of `tree`, made when it is asked for.
symbol_source slot_jobs::symbols_of(const place& where, const std::string& tree,
                                    process::runner& processes,
                                    std::stop_token stop) {
  auto known = std::make_shared<std::optional<symbol_cache::handle>>();
  return [=, this, slot = &where.slot,
          with = &processes]() -> const toolchain::symbol_index* {
    if (!*known) {
      auto scratch = settings_.slots / (folder_name(worker_) + ".symbols");
      process::confined_runner there{
        processes_, settings_.processes, {{}, {scratch}, false}};
      auto index = caches_.symbols->get(
        tree, *slot, scratch, settings_.toolchain, *with, there, stop);
      *known = index ? *index : nullptr;
    }
    return (*known)->get();
  };
}

/// Digest of the names of all files of `tree`.
expected<std::string> slot_jobs::names_of(workspace::slot& slot,
                                          const std::string& tree) {
  if (caches_.checks == nullptr || named_tree_ == tree)
    return names_;
  auto files = slot.store().list_files(tree);
  if (!files)
    return files.error();
  digest_builder all;
  for (auto& file : *files)
    all.add(file);
  named_tree_ = tree;
  names_ = std::move(all).finish();
  return names_;
}

expected<slot_jobs::place> slot_jobs::place_for(const pb::WorkUnit& unit,
                                                process::runner& processes,
                                                std::stop_token stop) {
  auto slot = slot_at(unit);
  if (!slot)
    return slot.error();
  auto prepared = caches_.projects->get(
    {unit.workspace_root(), unit.tree(), unit.toolchain()}, settings_,
    (*slot)->store(), processes, std::move(stop));
  if (!prepared)
    return prepared.error();
  auto names = names_of(**slot, unit.tree());
  if (!names)
    return names.error();
  return place{**slot, std::move(*prepared), std::move(*names)};
}

expected<void> slot_jobs::prepare(const pb::WorkUnit& unit, const place& where,
                                  std::stop_token stop,
                                  pb::AttemptResult& result) {
  if (auto found = toolchain::find_tidy_checks(unit.toolchain(),
                                               settings_.toolchain.clang_tidy,
                                               processes_, std::move(stop));
      !found)
    return found;
  auto& project = where.prepared->project;
  auto& answer = *result.mutable_prepared();
  std::vector<std::string> globs{unit.toolchain().units().begin(),
                                 unit.toolchain().units().end()};
  for (auto& name : toolchain::units_of(project, globs))
    answer.add_units(name);
  for (auto& compiler : where.prepared->compilers)
    answer.add_compilers(compiler);
  if (!unit.toolchain().tidy_checks().empty())
    answer.add_compilers(std::string{toolchain::clang_tidy});
  answer.set_source_root(project.source_root.string());
  answer.set_build_dir(project.build_dir.string());
  auto files = where.slot.store().list_files(unit.tree());
  if (!files)
    return files.error();
  auto tools = toolchain::tool_units(unit.toolchain(), *files,
                                     where.slot.tree_folder());
  answer.set_has_tests(
    project.has_tests
    || !toolchain::testing_tools(unit.toolchain(), tools).empty());
  answer.mutable_tools()->Assign(tools.begin(), tools.end());
  return {};
}

expected<void> slot_jobs::check(const pb::WorkUnit& unit, const place& where,
                                std::stop_token stop,
                                pb::AttemptResult& result) {
  auto& what = unit.check();
  if (toolchain::find_tool(unit.toolchain(), what.compiler()) == nullptr)
    if (auto command = toolchain::check_command(
          where.prepared->project, what.unit(), what.compiler(),
          where.slot.tree_folder(), settings_.toolchain, settings_.processes,
          unit.toolchain());
        !command)
      return command.error();
  process::confined_runner inside{processes_, settings_.processes,
                                  reading(unit, where)};
  // It counts its own processes.
  compiler_checker checker{{where.slot.tree_folder(), where.prepared->project,
                            unit.toolchain(), settings_.toolchain,
                            settings_.processes, inside, std::move(stop),
                            caches_.checks.get(), where.names, alive_},
                           *result.mutable_metrics()};
  auto reports = checker.check(what.unit(), {what.compiler()});
  if (!reports)
    return reports.error();
  *result.mutable_unit_report() = std::move(reports->front());
  return {};
}

expected<void> slot_jobs::repair(const pb::WorkUnit& unit, const place& where,
                                 std::stop_token stop,
                                 pb::AttemptResult& result) {
  auto what = unit.repair();
  if (what.compilers().empty())
    what.mutable_compilers()->Assign(where.prepared->compilers.begin(),
                                     where.prepared->compilers.end());
  process::confined_runner inside{processes_, settings_.processes,
                                  reading(unit, where)};
  // They count their own processes.
  executor_context context{unit,
                           result.attempt(),
                           where.slot,
                           where.prepared->project,
                           settings_.toolchain,
                           settings_.processes,
                           inside,
                           processes_,
                           stop,
                           end_,
                           settings_.file_bytes_max,
                           caches_.checks.get(),
                           where.names,
                           symbols_of(where, unit.tree(), inside, stop),
                           alive_,
                           *settings_.natives};
  auto report = run_chain(what, context, *result.mutable_metrics());
  if (!report)
    return report.error();
  *result.mutable_repair() = std::move(*report);
  auto tree = where.slot.capture();
  if (!tree)
    return tree.error();
  if (*tree == unit.tree())
    return {};
  auto files = where.slot.store().changed_files(unit.tree(), *tree);
  if (!files)
    return files.error();
  auto& patch = *result.mutable_patch();
  patch.set_base_tree(unit.tree());
  patch.set_result_tree(*tree);
  patch.mutable_files()->Assign(files->begin(), files->end());
  return {};
}

/// Tests run in a slot whose build folder is configured for its own path: what
/// they link must be built from this tree. A build of the user's own is only
/// read.
expected<void> slot_jobs::test(const pb::WorkUnit& unit,
                               process::runner& processes, std::stop_token stop,
                               pb::AttemptResult& result) {
  auto& report = *result.mutable_tests();
  auto& toolchain = unit.toolchain();
  auto is_built = toolchain.compile_commands_dir().empty();
  if (!is_built && toolchain.file_tools().empty())
    return {};
  auto bed = test_bed::make(unit, toolchain, *caches_.tests, settings_,
                            processes);
  if (!bed)
    return bed.error();
  auto& slot = (*bed)->slot();
  auto& inside = (*bed)->inside();
  toolchain::prepare_request what{unit.workspace_root(), slot.tree_folder(),
                                  slot.build_folder(), toolchain};
  if (is_built && toolchain::has_build_system(what)) {
    auto project = toolchain::prepare(what, settings_.toolchain,
                                      settings_.processes, inside, stop);
    if (project && project->has_tests)
      report = toolchain::run_tests(unit.tests(), slot.build_folder(),
                                    settings_.toolchain, settings_.processes,
                                    inside, stop);
    if (!project && project.error().code != errc::no_toolchain)
      return project.error();
    if (!project) {
      report.set_available(true);
      report.set_failure(project.error().message);
    }
  }
  return test_by_tools(unit, slot, inside, std::move(stop), report);
}

/// Adds what the tools that know how to test the project say.
expected<void>
slot_jobs::test_by_tools(const pb::WorkUnit& unit, workspace::slot& slot,
                         process::runner& inside, std::stop_token stop,
                         pb::TestReport& report) {
  auto files = slot.store().list_files(unit.tree());
  if (!files)
    return files.error();
  auto tools = toolchain::testing_tools(
    unit.toolchain(),
    toolchain::tool_units(unit.toolchain(), *files, slot.tree_folder()));
  if (tools.empty() || !report.failure().empty())
    return {};
  std::error_code failed;
  std::filesystem::create_directories(slot.build_folder(), failed);
  if (failed) // What a sandbox mounts must be there.
    return error{errc::storage_failed, "cannot make "
                                         + slot.build_folder().string() + ": "
                                         + failed.message()};
  report.MergeFrom(toolchain::run_file_tool_tests(
    unit.tests(), tools, slot.tree_folder(), settings_.processes, inside,
    std::move(stop)));
  auto& cases = *report.mutable_cases();
  std::sort(cases.begin(), cases.end(),
            [](auto& x, auto& y) { return x.name() < y.name(); });
  return {};
}

expected<void>
slot_jobs::cover(const pb::WorkUnit& unit, process::runner& processes,
                 std::stop_token stop, pb::AttemptResult& result) {
  auto report = measure_coverage(unit, *caches_.tests, settings_, processes,
                                 std::move(stop));
  if (!report)
    return report.error();
  *result.mutable_coverage() = std::move(*report);
  return {};
}

/// A compiler or an indexer changes nothing; but it quotes what it can open,
/// and options of the workspace can load code into it.
process::confinement slot_jobs::reading(const pb::WorkUnit& unit,
                                        const place& where) {
  auto& project = where.prepared->project;
  return {{},
          {where.slot.tree_folder(), project.build_dir, project.source_root,
           unit.workspace_root()},
          false};
}

/// Plans mutants or tries them, in a slot that is configured for nothing else.
/// The plan's tree is told as a patch as well, so that it travels like one.
expected<void>
slot_jobs::mutate(const pb::WorkUnit& unit, process::runner& processes,
                  std::stop_token stop, pb::AttemptResult& result) {
  auto is_plan = unit.work_case() == pb::WorkUnit::kPlanMutants;
  if (!unit.toolchain().compile_commands_dir().empty()) {
    if (is_plan)
      result.mutable_mutation_plan(); // A build that is only read.
    return {};
  }
  auto bed = test_bed::make(unit, mutation::quiet(unit.toolchain()),
                            *caches_.tests, settings_, processes);
  if (!bed)
    return bed.error();
  mutation::workplace where{(*bed)->slot(),
                            unit.workspace_root(),
                            unit.toolchain(),
                            settings_.toolchain,
                            settings_.processes,
                            (*bed)->inside(),
                            stop,
                            alive_ ? alive_ : [] {}};
  if (!is_plan) {
    auto report = mutation::try_mutants(unit.mutants(), where);
    if (!report)
      return report.error();
    *result.mutable_mutants() = std::move(*report);
    return {};
  }
  auto plan = mutation::plan_mutants(unit.plan_mutants(), where);
  if (!plan)
    return plan.error();
  if (!plan->tree().empty()) {
    result.mutable_patch()->set_base_tree(unit.tree());
    result.mutable_patch()->set_result_tree(plan->tree());
  }
  *result.mutable_mutation_plan() = std::move(*plan);
  return {};
}

/// Undoes what an attempt that came to nothing left behind.
void slot_jobs::clean() {
  if (!slot_ || slot_->current().empty())
    return;
  auto tree = slot_->current();
  if (auto restored = slot_->bring_to(tree); !restored)
    slot_->invalidate();
}

} // namespace cohort::runtime::execution
