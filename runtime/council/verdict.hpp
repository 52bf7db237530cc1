#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/council.pb.h"

/// How a judge says what it measured.
namespace cohort::runtime::council {

namespace pb = messages::v1;

/// A plan beyond this is not looked at: some measures compare every two
/// subtasks.
constexpr int reviewed_subtasks_max = 2048;

/// More findings, amendments, or predictions, of one verdict would be read by
/// nobody.
constexpr int said_max = 200;

/// Carries review and round of the request; APPROVE, with what nobody knows
/// anything against: 0.95.
pb::Verdict make_verdict(const pb::JudgeRequest& request,
                         std::string_view judge, double weight);

/// Whether the plan has more than `reviewed_subtasks_max`.
bool is_oversized(const pb::ReviewRequest& request);

/// REJECT when it is; returns whether.
bool rejects_size(const pb::JudgeRequest& request, pb::FindingKind kind,
                  pb::Verdict& verdict);

/// Unless there are `said_max` already.
void add_finding(pb::Verdict& verdict, pb::FindingKind kind, double severity,
                 const std::vector<std::string>& subtasks, std::string text);

/// Unless there are `said_max` already. The verdict asks to amend from now on.
void add_amendment(pb::Verdict& verdict, pb::AmendmentKind kind,
                   const std::string& first, const std::string& second = {});

/// That `kind` comes true of `subtasks` (none: of any), if the plan stays as it
/// is. Unless there are `said_max` already.
void add_prediction(pb::Verdict& verdict, pb::FindingKind kind,
                    const std::vector<std::string>& subtasks,
                    double probability);

/// That the opinion is right follows from what was predicted: for an approval,
/// that the likeliest of it does not happen; for an objection, that it does,
/// but at least 0.5, or it would not be made. Within [0.05, 0.95], since nobody
/// is ever sure.
void conclude(pb::Verdict& verdict);

/// In [0, 1]; 0.5 where `value` is `even`, and the steeper the larger `power`.
double likelihood(double value, double even, double power);

/// 0.1234 as "12 %".
std::string percent(double share);

} // namespace cohort::runtime::council
