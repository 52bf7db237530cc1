#include <algorithm>
#include <cmath>
#include <cstdio>

#include "runtime/analysis/routing.hpp"
#include "runtime/analysis/workload.hpp"

namespace cohort::runtime::analysis {

namespace {

constexpr double spread = 0.3; // Of the prediction, either way.
constexpr size_t subtasks_max = 20;

void add(pb::BenefitEstimate& estimate, std::string name, double value,
         std::string text) {
  auto& reason = *estimate.add_reasons();
  reason.set_name(std::move(name));
  reason.set_value(value);
  reason.set_text(std::move(text));
}

std::string seconds_text(double seconds) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "%.1f s", seconds);
  return buffer;
}

/// Repairs as pieces that can run side by side.
struct repair_plan {
  double total = 0;    // All, one after another.
  double headers = 0;  // Shared files alone.
  double critical = 0; // Longest chain: coupled shared files, then one source.
  size_t pieces = 0;
};

repair_plan plan_repairs(const workload& load) {
  repair_plan plan;
  auto sets = coupled_files(load);
  std::vector<double> set_effort(load.files.size()); // By each member.
  for (auto& set : sets) {
    double effort = 0;
    for (auto file : set)
      effort += load.files[file].effort_seconds;
    for (auto file : set)
      set_effort[file] = effort;
    plan.headers += effort;
    plan.critical = std::max(plan.critical, effort);
  }
  plan.pieces = sets.size();
  for (auto& file : load.files) {
    plan.total += file.effort_seconds;
    if (file.is_shared)
      continue;
    ++plan.pieces;
    // Everything that one unit reads is one set.
    auto& shared = load.units[file.units.front()].shared;
    auto wait = shared.empty() ? 0 : set_effort[shared.front()];
    plan.critical = std::max(plan.critical, wait + file.effort_seconds);
  }
  return plan;
}

void set_times(pb::BenefitEstimate& estimate, double sequential,
               double parallel) {
  auto speedup = parallel > 0 ? sequential / parallel : 1;
  estimate.set_sequential_seconds(sequential);
  estimate.set_parallel_seconds(parallel);
  estimate.set_speedup(speedup);
  estimate.set_speedup_low(speedup * (1 - spread));
  estimate.set_speedup_high(speedup * (1 + spread));
}

/// Without evidence: the stated count as that many equal pieces.
pb::BenefitEstimate from_words(const pb::ComplexTask& task, double at_once) {
  pb::BenefitEstimate estimate;
  double pieces = std::max(task.stated_count(), 1u);
  auto piece = effort_model::checks_per_line
               * effort_model::default_check_seconds;
  auto parallel = std::max(pieces / at_once, 1.0) * piece
                  + effort_model::fixed_overhead_seconds
                  + effort_model::subtask_overhead_seconds
                      * std::min<double>(pieces, subtasks_max);
  set_times(estimate, pieces * piece, parallel);
  add(estimate, "stated_count", task.stated_count(),
      "no unit was checked; the count that the description states stands in");
  return estimate;
}

} // namespace

pb::BenefitEstimate
estimate_parallelization_benefit(const pb::ComplexTask& task,
                                 const pb::Evidence& evidence,
                                 const routing_settings& settings) {
  double at_once = std::max(1u, std::min(settings.workers, settings.cores));
  if (evidence.units().empty())
    return from_words(task, at_once);
  auto load = measure_workload(evidence, is_inside_workspace);
  auto plan = plan_repairs(load);
  double checks = 0;
  double longest_check = 0;
  for (auto& unit : load.units) {
    checks += unit.check_seconds;
    longest_check = std::max(longest_check, unit.check_seconds);
  }
  auto subtasks = std::min(plan.pieces, subtasks_max);
  auto overhead = effort_model::fixed_overhead_seconds
                  + effort_model::subtask_overhead_seconds
                      * static_cast<double>(subtasks);
  auto repairs = std::max(plan.total / at_once, plan.critical);
  pb::BenefitEstimate estimate;
  // Every unit is checked before and after.
  set_times(estimate, 2 * checks + plan.total,
            2 * std::max(checks / at_once, longest_check) + repairs + overhead);
  add(estimate, "at_once", at_once,
      std::to_string(static_cast<unsigned>(at_once))
        + " processes at once: checks keep a core busy");
  add(estimate, "check_seconds", checks,
      std::to_string(load.units.size()) + " units take " + seconds_text(checks)
        + " to check once");
  add(estimate, "repair_seconds", plan.total,
      std::to_string(load.files.size()) + " files with errors take about "
        + seconds_text(plan.total) + " to repair");
  add(estimate, "header_seconds", plan.headers,
      seconds_text(plan.headers) + " of it on headers, which come first");
  add(estimate, "critical_seconds", plan.critical,
      seconds_text(plan.critical)
        + " is the longest chain that nothing can shorten");
  add(estimate, "pieces", static_cast<double>(plan.pieces),
      std::to_string(plan.pieces) + " pieces can be repaired apart");
  return estimate;
}

} // namespace cohort::runtime::analysis
