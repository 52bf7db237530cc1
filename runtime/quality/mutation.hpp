#pragma once

#include <string>
#include <vector>

#include "messages/v1/mutation.pb.h"
#include "messages/v1/quality.pb.h"

/// What mutants say of the tests. Pure.
namespace cohort::runtime::quality {

namespace pb = messages::v1;

/// A share with the bounds between which the true one lies, 19 times of 20.
struct interval {
  double share = 0;
  double low = 0;
  double high = 1;
};

/// Source: Wilson, "Probable inference, the law of succession, and statistical
/// inference" (1927). Of nothing nothing is known.
[[nodiscard]] interval wilson_interval(size_t part, size_t all);

/// Score: of the mutants that were tried, the share that was killed or timed
/// out; in that only those count that some test reaches and that compile.
/// Pass: at least `threshold`. Those that survived are objections, rule
/// "survived-mutant". Of a sample the interval of the score is told; the
/// verdict is the score's. Not measured when the project has no tests that
/// pass, or nothing was there to be tried. Fail when nothing could be measured
/// because the plan failed, or most trials did. `verdicts` in any order; a
/// mutant of the plan without one is not covered if no test reaches it, else it
/// failed.
[[nodiscard]] pb::GateReport
judge_mutation(double threshold, const pb::MutationPlan& plan,
               const std::vector<pb::MutantVerdict>& verdicts);

} // namespace cohort::runtime::quality
