#pragma once

#include <map>
#include <string>

#include "messages/v1/analysis.pb.h"

namespace cohort::runtime::coordination {

namespace pb = messages::v1;

/// Errors of one file as a text that changes when they do. Lines are left out:
/// a repair further up moves them.
[[nodiscard]] std::map<std::string, std::string>
error_digests(const pb::Evidence& evidence);

} // namespace cohort::runtime::coordination
