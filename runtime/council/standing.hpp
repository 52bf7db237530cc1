#pragma once

#include <cstdint>

#include "messages/v1/council.pb.h"

/// What a judge's word weighs, and whether it is one.
///
/// Pure.
namespace cohort::runtime::council {

namespace pb = messages::v1;

/// Known opinion, probabilities and severities in [0, 1], finite positive
/// weight, the right review and round, a name, at most a megabyte and
/// `said_max` amendments.
bool has_sense(const pb::Verdict& verdict, uint64_t review, uint32_t round);

/// What a record is worth: 2^(1 - 4 b), where b is the mean Brier score of ten
/// throws of a coin (0.25 each) and of what the judge predicted. So a judge
/// without a record has 1, one that is always right tends to 2, one that says
/// 0.5 to everything stays at 1, and one that is always surely wrong sinks to
/// 1/8. A record that makes no sense is none.
///
/// Source: Brier, "Verification of forecasts expressed in terms of
/// probability", 1950.
double standing_of(const pb::JudgeRecord& record);

/// What the verdict weighs in the vote: what its judge claims, but between 1/2
/// and 2, times its standing.
double weight_of(const pb::Verdict& verdict, const pb::ReviewRequest& request);

} // namespace cohort::runtime::council
