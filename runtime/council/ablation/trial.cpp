#include "runtime/council/ablation/trial.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "runtime/decomposition/decompose.hpp"

namespace cohort::runtime::council::ablation {

namespace {

/// Empty when the fault does not fit, or does no harm.
std::optional<plan_case> try_case(fault what, draw& random) {
  plan_case result;
  result.what = what;
  result.where = world_for(what, random);
  result.plan = sound_plan(result.where, random);
  if (result.plan.subtasks_size() < 2)
    return std::nullopt;
  result.reference = simulate(result.where, result.plan);
  result.sequential = sequential_seconds(result.where);
  if (!plant(what, result.where, result.plan, random)
      || !decomposition::check_invariants(result.plan, result.where.evidence,
                                          {}, plan_limits())
            .empty())
    return std::nullopt;
  auto happened = simulate(result.where, result.plan);
  if (is_good(happened, result.reference, result.sequential)
      != (what == fault::none))
    return std::nullopt;
  return result;
}

plan_case make_case(fault what, draw& random) {
  for (;;)
    if (auto made = try_case(what, random))
      return std::move(*made);
}

using clock = std::chrono::steady_clock;

double microseconds_since(clock::time_point began) {
  return std::chrono::duration<double, std::micro>(clock::now() - began)
    .count();
}

/// What became of the case joins the others.
void count(const plan_case& each, const pb::ReviewOutcome& outcome,
           tally& result) {
  auto is_changed = outcome.decomposition().SerializeAsString()
                    != each.plan.SerializeAsString();
  auto is_mended = outcome.approved() && is_changed
                   && is_good(simulate(each.where, outcome.decomposition()),
                              each.reference, each.sequential);
  if (each.what == fault::none) {
    ++result.good;
    result.good_refused += outcome.approved() ? 0 : 1;
    result.good_amended += outcome.approved() && is_changed ? 1 : 0;
    result.good_spoiled += outcome.approved() && is_changed && !is_mended ? 1
                                                                          : 0;
  } else {
    auto& kind = result.faults[each.what];
    ++kind.cases;
    kind.refused += outcome.approved() ? 0 : 1;
    kind.repaired += is_mended ? 1 : 0;
  }
}

} // namespace

std::vector<plan_case> make_cases(size_t count, uint64_t seed) {
  draw random{seed};
  std::vector<plan_case> result;
  for (size_t i = 0; i < count; ++i)
    result.push_back(make_case(
      i % 2 == 0 ? fault::none : planted[i / 2 % planted.size()], random));
  return result;
}

std::vector<plan_case> make_broken_cases(size_t count, uint64_t seed) {
  draw random{seed};
  std::vector<plan_case> result;
  while (result.size() < count) {
    result.push_back(make_case(fault::none, random));
    break_invariant(result.back().plan, random);
  }
  return result;
}

tally try_council(const std::vector<plan_case>& cases,
                  const std::vector<verdict_source>& judges) {
  tally result;
  for (auto& each : cases) {
    auto request = request_for(each.where, each.plan);
    auto began = clock::now();
    auto outcome = review(std::move(request), judges, {}, plan_limits());
    result.microseconds.push_back(microseconds_since(began));
    count(each, outcome, result);
  }
  return result;
}

tally without_council(const std::vector<plan_case>& cases) {
  tally result;
  for (auto& each : cases) {
    pb::ReviewOutcome outcome;
    outcome.set_approved(true);
    *outcome.mutable_decomposition() = each.plan;
    result.microseconds.push_back(0);
    count(each, outcome, result);
  }
  return result;
}

double review_large(size_t subtasks, uint64_t seed) {
  auto request = large_request(subtasks, seed);
  auto limits = plan_limits();
  limits.max_subtasks_per_task = static_cast<unsigned>(subtasks);
  auto judges = judges_without("");
  auto began = clock::now();
  review(std::move(request), judges, {}, limits);
  return microseconds_since(began);
}

} // namespace cohort::runtime::council::ablation
