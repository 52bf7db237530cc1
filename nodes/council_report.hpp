#pragma once

#include <string>

#include "messages/v1/result.pb.h"

namespace cohort::nodes {

/// What the council said of a task's first plan, round by round; empty when
/// there was none. `explain` adds each judge's findings, what it asks for, and
/// what it expects of the plan as it stood, so that this can be compared with
/// what happened.
std::string council_text(const messages::v1::TaskResult& result, bool explain);

} // namespace cohort::nodes
