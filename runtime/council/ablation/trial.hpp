#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "runtime/council/ablation/plan_generator.hpp"
#include "runtime/council/ablation/simulation.hpp"
#include "runtime/council/review.hpp"

/// Plans of which a simulation has said whether they are good, and what a
/// council makes of them.
namespace cohort::runtime::council::ablation {

struct plan_case {
  fault what = fault::none;
  world where;
  pb::Decomposition plan;
  happening reference; // Of the plan without the fault.
  double sequential = 0;
};

/// Half of them good, half with a fault, by turns; of each the simulation says
/// the same. Pure: the same seed, the same cases.
std::vector<plan_case> make_cases(size_t count, uint64_t seed);

/// Plans that break an invariant.
std::vector<plan_case> make_broken_cases(size_t count, uint64_t seed);

struct fault_tally {
  size_t cases = 0;
  size_t refused = 0;
  size_t repaired = 0; // Approved as amended, and good then.
};

struct tally {
  std::map<fault, fault_tally> faults;
  size_t good = 0;
  size_t good_refused = 0;
  size_t good_amended = 0;
  size_t good_spoiled = 0;          // Approved as amended, and no longer good.
  std::vector<double> microseconds; // Of each review.
};

/// Reads a clock for the times; all else is the same each time.
tally try_council(const std::vector<plan_case>& cases,
                  const std::vector<verdict_source>& judges);

/// Every plan is carried out as it is.
tally without_council(const std::vector<plan_case>& cases);

/// Returns how many microseconds the standing judges take for a plan of so many
/// subtasks, all rounds together.
double review_large(size_t subtasks, uint64_t seed);

} // namespace cohort::runtime::council::ablation
