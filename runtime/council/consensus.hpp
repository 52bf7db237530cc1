#pragma once

#include <string>
#include <vector>

#include "messages/v1/council.pb.h"
#include "runtime/council/settings.hpp"
#include "runtime/decomposition/settings.hpp"

/// How verdicts become a decision.
///
/// Pure. The rule: more than `quorum` of the judges answered with sense (known
/// opinion, probability in [0, 1], finite positive weight, right review and
/// round); no veto; approvals hold at least `supermajority` of the weight x
/// probability of those that answered. Amendments that a majority of that
/// weight backs or does not oppose are applied, and the plan is asked about again.
namespace cohort::runtime::council {

namespace pb = messages::v1;

enum class decision : uint8_t {
  approved,
  amended,  // Ask again with `plan`.
  rejected,
  no_quorum,
};

struct ruling {
  decision outcome = decision::no_quorum;
  pb::Decomposition plan; // As amended; the one asked about otherwise.
  std::string reason;
};

/// Rules on one round. `seats` is how many judges were asked.
ruling decide(const pb::ReviewRequest& request,
              const std::vector<pb::Verdict>& verdicts, size_t seats,
              uint64_t review, uint32_t round, const council_settings& settings,
              const decomposition::decomposition_settings& limits);

/// Returns the plan with the amendment applied, or unchanged when it does not
/// fit (unknown subtask, cycle, nothing to split).
pb::Decomposition amend(const pb::Decomposition& plan, const pb::Amendment& amendment);

} // namespace cohort::runtime::council
