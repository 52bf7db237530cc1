#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/task.pb.h"
#include "runtime/mutation/shards.hpp"

/// The work units that a task is made of.
///
/// Pure. Tickets are the caller's; everything else comes from the task.
namespace cohort::runtime::coordination {

namespace pb = messages::v1;

/// Lists what can be checked in `tree`.
pb::WorkUnit prepare_unit(const pb::TaskRequest& request,
                          const std::string& tree, uint64_t ticket);

/// Checks one translation unit with one compiler.
pb::WorkUnit check_unit(const pb::TaskRequest& request, const std::string& tree,
                        const std::string& unit, const std::string& compiler,
                        uint64_t ticket);

/// Builds and tests `tree`.
pb::WorkUnit test_unit(const pb::TaskRequest& request, const std::string& tree,
                       uint64_t ticket);

/// Counts what the tests of `tree` execute, and of the changed lines each.
pb::WorkUnit
coverage_unit(const pb::TaskRequest& request, const std::string& tree,
              const std::vector<pb::ChangedFile>& changed, uint64_t ticket);

/// Finds mutants of the changed lines, at most `max_mutants` (0: all), and
/// which tests reach them.
pb::WorkUnit mutation_plan_unit(const pb::TaskRequest& request,
                                const std::string& tree,
                                const std::vector<pb::ChangedFile>& changed,
                                uint32_t max_mutants, uint64_t ticket);

/// Tries mutants.
pb::WorkUnit mutants_unit(const pb::TaskRequest& request,
                          const mutation::shard& shard, uint64_t ticket);

/// Repairs a subtask on `tree`. `known` are reports that hold for `tree`; those
/// of the subtask's units are passed on.
pb::WorkUnit repair_unit(const pb::TaskRequest& request,
                         const std::string& tree, const pb::Subtask& subtask,
                         double rank, const std::vector<std::string>& compilers,
                         const std::vector<pb::UnitReport>& known,
                         uint64_t ticket);

/// Sequential execution of everything that is left: one generalist gets the
/// whole scope on the last good integration tree, so that every patch that was
/// merged is kept. Used by the sequential route from the snapshot on, and by
/// the fallback after the coordinator's death, a refusal, too many failed
/// subtasks, or a failed gate.
pb::WorkUnit execute_sequential_fallback(
  const pb::TaskRequest& request, const pb::ComplexTask& task,
  const std::string& last_good_tree, const std::vector<std::string>& compilers,
  const std::vector<pb::UnitReport>& known, uint64_t ticket);

/// The report that stands for a check that gave none: not ok, with the reason.
pb::UnitReport missing_report(const pb::CheckUnit& check,
                              const pb::WorkerError& error);

/// Whether the report is still true after `changed` (sorted): its unit reads
/// none of it. One without a verdict may have read anything.
bool holds(const pb::UnitReport& report,
           const std::vector<std::string>& changed);

/// Those of `reports` that hold after `changed`. Sorted `changed`.
std::vector<pb::UnitReport>
unaffected(const std::vector<pb::UnitReport>& reports,
           const std::vector<std::string>& changed);

/// Those of `more` about whose unit and compiler `reports` says nothing, each
/// pair once.
std::vector<pb::UnitReport>
missing_from(const std::vector<pb::UnitReport>& reports,
             const std::vector<pb::UnitReport>& more);

/// Adds them.
void add_missing(std::vector<pb::UnitReport>& reports,
                 const std::vector<pb::UnitReport>& more);

/// The reports in parts that each fit into an event of the journal.
std::vector<std::vector<pb::UnitReport>>
in_batches(std::vector<pb::UnitReport> reports);

/// Every unit with each of its compilers, and every other file with the tool
/// that judges it, as checks, for those that `known` lacks.
std::vector<pb::CheckUnit>
missing_checks(const pb::PreparedWorkspace& workspace,
               const std::vector<pb::UnitReport>& known);

} // namespace cohort::runtime::coordination
