#pragma once

#include <string>
#include <string_view>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/task.pb.h"
#include "runtime/analysis/settings.hpp"

/// Whether to split a task: from its words, and from evidence when there is some.
///
/// Pure. Any bytes are a description: none, a megabyte, not UTF-8.
namespace cohort::runtime::analysis {

namespace pb = messages::v1;

/// Scores the words alone, in [0, 1]; linear in the size of the description, of
/// which the first 64 KiB count. Each reason names its feature.
pb::ComplexityScore analyze_task_complexity(std::string_view description);

/// The score of the words joined with what the workspace says: files and units
/// affected, diagnostics, groups.
pb::ComplexityScore with_evidence(const pb::ComplexityScore& words,
                                  const pb::Evidence& evidence);

/// Parallel exactly when `settings.parallel_enabled` and the score is strictly
/// above `settings.complexity_threshold`. The reasons say which rule decided.
pb::RoutingDecision should_route_to_parallel(std::string_view description,
                                             const pb::ComplexityScore& score,
                                             const routing_settings& settings);

/// Predicts sequential and parallel time from the groups of the evidence: what
/// can run side by side, what must come first (headers), what each costs.
pb::BenefitEstimate
estimate_parallelization_benefit(const pb::ComplexTask& task,
                                 const pb::Evidence& evidence,
                                 const routing_settings& settings);

/// The whole decision: a mode that the user states wins (parallel only when
/// parallel execution is enabled and there is a coordinator); `auto` asks
/// `should_route_to_parallel`, and takes a split back that predicts less than
/// `min_predicted_speedup`.
pb::RoutingDecision route(const pb::ComplexTask& task, const pb::Evidence& evidence,
                          const routing_settings& settings,
                          bool has_parallel_support);

/// Reads what the words say about kind of work, files and counts.
pb::ComplexTask convert_to_complex_task(std::string task_id,
                                        std::string description,
                                        pb::ExecutionMode mode,
                                        std::string workspace_root);

} // namespace cohort::runtime::analysis
