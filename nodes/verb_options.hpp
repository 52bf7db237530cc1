#pragma once

#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "nodes/options.hpp"
#include "nodes/verbs.hpp"

/// Options that several verbs have.
namespace cohort::nodes {

/// One of these names, in upper or lower case, as its value.
template <class Value>
CLI::Validator choice(const std::map<std::string, Value>& all) {
  auto look_up = [all](std::string& text) -> std::string {
    auto found = all.find(CLI::detail::to_lower(text));
    if (found == all.end()) {
      std::string names;
      for (auto& [name, unused] : all)
        names += (names.empty() ? "" : ", ") + name;
      return "expected one of " + names + ", not " + text;
    }
    text = std::to_string(static_cast<int>(found->second));
    return "";
  };
  return {look_up, "", "choice"};
}

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
