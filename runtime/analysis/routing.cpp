#include "runtime/analysis/routing.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/workload.hpp"

namespace cohort::runtime::analysis {

namespace {

pb::Reason make_reason(std::string name, double value, double contribution,
                       std::string text) {
  pb::Reason reason;
  reason.set_name(std::move(name));
  reason.set_value(value);
  reason.set_contribution(contribution);
  reason.set_text(std::move(text));
  return reason;
}

std::string number_text(double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "%.3g", value);
  return buffer;
}

double contribution_of(const pb::Reason& reason) {
  return std::isfinite(reason.contribution()) ? reason.contribution() : 0;
}

double sum_of(const pb::ComplexityScore& score) {
  double result = 0;
  for (auto& reason : score.reasons())
    result += contribution_of(reason);
  return result;
}

/// How far the words may move the sum when there is evidence: a quarter of what
/// they say, and no more than half a unit either way.
double weight_of_words(const pb::ComplexityScore& words) {
  constexpr double share = 0.25;
  constexpr double sum_max = 2;
  auto sum = sum_of(words);
  return share * std::min(1.0, sum_max / std::max(std::abs(sum), sum_max));
}

struct breakage {
  double lines = 0; // Distinct lines with errors, inside the workspace.
  double files = 0; // With errors.
  double apart = 0; // Files as pieces of work: what is coupled counts once,
                    // what may be a mere cascade counts half.
  double units = 0; // That fail.
  double groups = 0;
};

breakage measure(const pb::Evidence& evidence) {
  auto load = measure_workload(evidence, is_inside_workspace);
  breakage result;
  result.files = static_cast<double>(load.files.size());
  result.apart = static_cast<double>(coupled_files(load).size());
  for (auto& file : load.files) {
    result.lines += file.lines;
    if (!file.is_shared)
      result.apart += load.units[file.units.front()].shared.empty() ? 1 : 0.5;
  }
  result.units = static_cast<double>(failing_units(evidence).size());
  result.groups = evidence.groups_size();
  return result;
}

pb::RoutingDecision decided(pb::ExecutionMode mode, std::string rule,
                            double value, std::string text) {
  pb::RoutingDecision decision;
  decision.set_mode(mode);
  *decision.add_reasons() = make_reason(std::move(rule), value, 0,
                                        std::move(text));
  return decision;
}

pb::RoutingDecision route_stated_parallel(const routing_settings& settings,
                                          bool has_parallel_support) {
  if (!settings.parallel_enabled)
    return decided(pb::EXECUTION_MODE_SEQUENTIAL, "parallel_disabled", 0,
                   "parallel was asked for, but parallel execution is switched "
                   "off in the configuration");
  if (!has_parallel_support)
    return decided(pb::EXECUTION_MODE_SEQUENTIAL, "no_parallel_support", 0,
                   "parallel was asked for, but there is no coordinator");
  return decided(pb::EXECUTION_MODE_PARALLEL, "mode_parallel", 1,
                 "parallel was asked for");
}

pb::RoutingDecision
route_auto(const pb::ComplexTask& task, const pb::ComplexityScore& score,
           const pb::BenefitEstimate& benefit, const routing_settings& settings,
           bool has_parallel_support) {
  auto decision = should_route_to_parallel(task.description(), score, settings);
  if (decision.mode() != pb::EXECUTION_MODE_PARALLEL)
    return decision;
  if (!has_parallel_support)
    return decided(pb::EXECUTION_MODE_SEQUENTIAL, "no_parallel_support", 0,
                   "there is no coordinator for parallel execution");
  if (benefit.speedup() >= settings.min_predicted_speedup)
    return decision;
  auto taken_back = decided(
    pb::EXECUTION_MODE_SEQUENTIAL, "no_benefit", benefit.speedup(),
    "a split would be " + number_text(benefit.speedup())
      + " times as fast as one worker; below "
      + number_text(settings.min_predicted_speedup) + " it does not pay");
  taken_back.mutable_reasons()->MergeFrom(decision.reasons());
  return taken_back;
}

} // namespace

pb::ComplexityScore with_evidence(const pb::ComplexityScore& words,
                                  const pb::Evidence& evidence) {
  if (evidence.units().empty())
    return words;
  pb::ComplexityScore score;
  auto weight = weight_of_words(words);
  for (auto& reason : words.reasons()) {
    auto& scaled = *score.add_reasons();
    scaled = reason;
    scaled.set_contribution(weight * contribution_of(reason));
  }
  auto add = [&](std::string name, double value, double contribution,
                 std::string text) {
    *score.add_reasons() = make_reason(std::move(name), value, contribution,
                                       std::move(text));
  };
  auto x = measure(evidence);
  add("evidence_bias", 1, -2.2, "one broken file is no reason to split");
  if (x.units == 0) {
    add("failing_units", 0, -2, "every unit compiles");
  } else if (x.files == 0) {
    add("broken_files", 0, -2, "no error stands in a file of the workspace");
  } else {
    add("broken_files", x.apart, 1.2 * std::log2(std::max(x.apart, 1.0)),
        number_text(x.files) + " files have errors, as much as "
          + number_text(x.apart) + " that can be repaired apart");
    // Many errors in one file are no more to share out than a few.
    auto lines = std::min(x.lines, 8 * std::max(x.apart, 1.0));
    add("broken_lines", x.lines, 0.25 * std::log2(1 + lines),
        number_text(x.lines) + " lines have errors");
    add("failing_units", x.units, 0.1 * std::log2(1 + x.units),
        number_text(x.units) + " units fail");
    add("groups", x.groups, 0.1 * std::log2(1 + x.groups),
        "the errors form " + number_text(x.groups) + " groups");
  }
  score.set_score(1 / (1 + std::exp(-sum_of(score))));
  score.set_uncertainty(std::min(words.uncertainty(), 0.1));
  return score;
}

pb::RoutingDecision should_route_to_parallel(std::string_view,
                                             const pb::ComplexityScore& score,
                                             const routing_settings& settings) {
  pb::RoutingDecision decision;
  auto threshold = number_text(settings.complexity_threshold);
  auto measured = number_text(score.score());
  if (!settings.parallel_enabled)
    decision = decided(pb::EXECUTION_MODE_SEQUENTIAL, "parallel_disabled", 0,
                       "parallel execution is switched off");
  else if (score.score() > settings.complexity_threshold)
    decision = decided(pb::EXECUTION_MODE_PARALLEL, "above_threshold",
                       score.score(),
                       "complexity " + measured + " is above " + threshold);
  else
    decision = decided(pb::EXECUTION_MODE_SEQUENTIAL, "not_above_threshold",
                       score.score(),
                       "complexity " + measured + " is not above " + threshold);
  *decision.mutable_score() = score;
  return decision;
}

pb::RoutingDecision
route(const pb::ComplexTask& task, const pb::Evidence& evidence,
      const routing_settings& settings, bool has_parallel_support) {
  auto score = with_evidence(analyze_task_complexity(task.description()),
                             evidence);
  auto benefit = estimate_parallelization_benefit(task, evidence, settings);
  auto decision = [&] {
    switch (task.mode()) {
      case pb::EXECUTION_MODE_SEQUENTIAL:
        return decided(pb::EXECUTION_MODE_SEQUENTIAL, "mode_sequential", 1,
                       "sequential was asked for");
      case pb::EXECUTION_MODE_PARALLEL:
        return route_stated_parallel(settings, has_parallel_support);
      default:
        return route_auto(task, score, benefit, settings, has_parallel_support);
    }
  }();
  *decision.mutable_score() = std::move(score);
  *decision.mutable_benefit() = std::move(benefit);
  return decision;
}

} // namespace cohort::runtime::analysis
