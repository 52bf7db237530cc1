#pragma once

#include <string>
#include <string_view>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/task.pb.h"
#include "runtime/analysis/settings.hpp"

/// Whether to split a task: from its words, and from evidence when there is
/// some.
///
/// Pure. Any bytes are a description: none, a megabyte, not UTF-8.
namespace cohort::runtime::analysis {

namespace pb = messages::v1;

/// Scores the words alone, in [0, 1]; linear in the size of the description, of
/// which the first 64 KiB count.
///
/// The model is linear (config/complexity.yaml): each reason is a feature with
/// its contribution, "bias" among them; the score is 1 / (1 + exp(-sum of all
/// contributions)). A blank description scores 0, with the one reason "empty".
pb::ComplexityScore analyze_task_complexity(std::string_view description);

/// The score of the words joined with what the workspace says: files and units
/// affected, diagnostics, groups.
///
/// The same kind of model: the reasons of the words stay, with contributions
/// scaled down so that they move the sum by half a unit at most (evidence
/// outweighs words), and those of the evidence are appended. Without any unit
/// checked there is no evidence, and the words stand as they are.
pb::ComplexityScore with_evidence(const pb::ComplexityScore& words,
                                  const pb::Evidence& evidence);

/// Parallel exactly when `settings.parallel_enabled` and the score is strictly
/// above `settings.complexity_threshold`. The first reason names the rule that
/// decided. What the description says is in the score already; a stated wish is
/// in the task's mode.
pb::RoutingDecision should_route_to_parallel(std::string_view description,
                                             const pb::ComplexityScore& score,
                                             const routing_settings& settings);

/// Predicts sequential and parallel time from the broken files of the evidence:
/// what can run side by side, what must come first (headers), what each costs,
/// and the checks of every unit before and after. Sequential is one worker that
/// does all of it, one thing after the other. Without evidence the count that
/// the task states stands in.
pb::BenefitEstimate
estimate_parallelization_benefit(const pb::ComplexTask& task,
                                 const pb::Evidence& evidence,
                                 const routing_settings& settings);

/// The whole decision: a mode that the user states wins (parallel only when
/// parallel execution is enabled and there is a coordinator); `auto` asks
/// `should_route_to_parallel`, and takes a split back that predicts less than
/// `min_predicted_speedup`.
pb::RoutingDecision
route(const pb::ComplexTask& task, const pb::Evidence& evidence,
      const routing_settings& settings, bool has_parallel_support);

/// Reads what the words say about kind of work, files and counts.
pb::ComplexTask
convert_to_complex_task(std::string task_id, std::string description,
                        pb::ExecutionMode mode, std::string workspace_root);

} // namespace cohort::runtime::analysis
