#pragma once

#include <CLI/CLI.hpp>

#include "nodes/options.hpp"
#include "nodes/verbs.hpp"

/// Options that several verbs have.
namespace cohort::nodes {

void add_format(CLI::App& verb, output_format& format);
void add_workspace(CLI::App& verb, task_options& task);
void add_scope(CLI::App& verb, task_options& task);
void add_budget(CLI::App& verb, task_options& task);
/// What to do, and how.
void add_task(CLI::App& verb, task_options& task);
/// Throws CLI::RequiredError when the verb was given nothing to do.
/// REQUIRES: add_task.
void require_task(const CLI::App& verb);
/// Go on with an unfinished task instead. REQUIRES: add_task.
void add_resume(CLI::App& verb, task_options& task);
void add_trace(CLI::App& verb, task_options& task);
void add_gates(CLI::App& verb, gates_options& gates);
void add_mutation(CLI::App& verb, gates_options& gates);
void add_schedule_bench(CLI::App& verb, schedule_bench_options& bench);
/// `faults`: those that the verb's process can meet.
void add_chaos(CLI::App& verb, std::string& chaos, const std::string& faults);

} // namespace cohort::nodes
