#pragma once

#include <string>
#include <vector>

#include "messages/v1/quality.pb.h"

/// How a gate says what it found.
namespace cohort::runtime::quality {

namespace pb = messages::v1;

pb::GateReport make_report(pb::GateKind kind, pb::GateVerdict verdict,
                           double score, std::string details);

/// "a, b, c and 4 more".
std::string name_some(const std::vector<std::string>& names);

/// "1 file", "2 files".
std::string count_of(size_t count, const std::string& what);

/// "86 %", rounded down: what is asked for is not said to be reached.
std::string percent(double share);

/// 1 when there is nothing.
double share_of(size_t part, size_t all);

} // namespace cohort::runtime::quality
