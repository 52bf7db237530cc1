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
/// 2. More than `quorum` of the judges answered with sense (standing.hpp).
/// 3. An objection (a rejection, or a wish to amend) that plan, evidence and
///    record do not bear out (grounds.hpp) counts for nothing, unless more than
///    half of those who answered object: a few may lie, and a majority may know
///    more than can be measured.
/// 4. While a review round is left, and not more than half of those who
///    answered reject, amendments win: those that are borne out, or that more
///    than half of those who answered ask for, and which verdicts that hold a
///    majority of the weight back or do not oppose. A verdict opposes an
///    amendment when it amends the same subtasks in a way that cannot be joined
///    with it; who rejects the plan has said nothing of a better one. What
///    breaks an invariant is not applied. If the plan changed, it is asked
///    about again.
/// 5. No veto: a judge that rejects, with a finding of conflict or regression
///    that it calls and that is measured as at or above `veto_severity`.
/// 6. Approved when more than half of those who answered approve, and hold at
///    least `supermajority` of the weight of what counts; else rejected.
///
/// "Weight" is weight_of (standing.hpp) x probability. So of judges that are
/// fewer than half, none, however they lie, are late, or talk nonsense, can
/// pass what the others reject, or block what the others approve and nothing
/// can be shown against.
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

} // namespace cohort::runtime::council
