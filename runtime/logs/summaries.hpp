#pragma once

#include "messages/v1/analysis.pb.h"

namespace cohort::runtime::logs {

/// Whether an error or a warning only tells that there were others, or that a
/// program has failed that says itself why: "ld returned 1 exit status",
/// "aborting due to 3 previous errors", "`x` (bin) generated 1 warning". What
/// quotes such words, or may be all that a log has of a fault, does not.
///
/// Pure; linear in the message.
bool sums_up(const messages::v1::Diagnostic& said);

} // namespace cohort::runtime::logs
