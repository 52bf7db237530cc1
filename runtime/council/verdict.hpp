#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/council.pb.h"

/// How a judge says what it measured.
namespace cohort::runtime::council {

namespace pb = messages::v1;

/// A plan beyond this is not looked at: no limit of a sane configuration allows
/// it, and some measures compare every two subtasks.
constexpr int reviewed_subtasks_max = 256;

/// Carries review and round of the request, APPROVE with `probability`.
pb::Verdict make_verdict(const pb::JudgeRequest& request,
                         std::string_view judge, double weight,
                         double probability);

/// REJECT when the plan has more than `reviewed_subtasks_max`; returns whether.
bool rejects_size(const pb::JudgeRequest& request, pb::FindingKind kind,
                  pb::Verdict& verdict);

void add_finding(pb::Verdict& verdict, pb::FindingKind kind, double severity,
                 const std::vector<std::string>& subtasks, std::string text);

void add_amendment(pb::Verdict& verdict, pb::AmendmentKind kind,
                   const std::string& first, const std::string& second = {});

/// 0.1234 as "12 %".
std::string percent(double share);

} // namespace cohort::runtime::council
