#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/v1/council.pb.h"
#include "runtime/council/settings.hpp"
#include "runtime/decomposition/settings.hpp"

/// How verdicts become a decision.
///
/// Pure; the order of the verdicts does not matter, but of two by one judge the
/// first counts. The rule:
///
/// 1. A plan that breaks an invariant is rejected; nobody can outvote that.
/// 2. More than `quorum` of the judges answered with sense: known opinion,
///    probability in [0, 1], finite positive weight, right review and round.
/// 3. No veto: a judge that rejects, with a finding of conflict or regression
/// at
///    or above `veto_severity`.
/// 4. While a review round is left, amendments win before approval: those of
///    judges that ask to amend, which verdicts that hold a majority of the
///    weight back or do not oppose. A verdict opposes an amendment when it
///    rejects the plan or amends the same subtasks in a way that cannot be
///    joined with it. What breaks an invariant is not applied. If the plan
///    changed, it is asked about again.
/// 5. Approved when approvals hold at least `supermajority` of the weight, else
///    rejected.
///
/// "Weight" is weight x probability of the judges that answered with sense.
namespace cohort::runtime::council {

namespace pb = messages::v1;

enum class decision : uint8_t {
  approved,
  amended, // Ask again with `plan`.
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
///
/// MERGE: the first takes over everything of the second. SPLIT: the first keeps
/// about half of its work, the other half becomes a new subtask with the next
/// free id; files that one unit reads together stay together, and what waited
/// for the first waits for both. DROP leaves its errors without an owner.
pb::Decomposition amend(const pb::Decomposition& plan,
                        const pb::Amendment& amendment,
                        const pb::Evidence& evidence);

} // namespace cohort::runtime::council
