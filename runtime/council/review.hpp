#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "messages/v1/council.pb.h"
#include "runtime/council/judges.hpp"
#include "runtime/council/settings.hpp"
#include "runtime/decomposition/settings.hpp"

/// A whole review where nobody is waited for: what the chair does by messages.
///
/// Pure, if the judges are.
namespace cohort::runtime::council {

/// Empty when the judge does not answer.
using verdict_source
  = std::function<std::optional<pb::Verdict>(const pb::JudgeRequest&)>;

/// Asks in rounds, until a plan is approved or rejected. The outcome's verdicts
/// are those that make sense, with what they weigh.
pb::ReviewOutcome review(pb::ReviewRequest request,
                         const std::vector<verdict_source>& judges,
                         const council_settings& settings,
                         const decomposition::decomposition_settings& limits);

/// The standing judges, but for the one of that name.
std::vector<verdict_source> judges_without(std::string_view name);

} // namespace cohort::runtime::council
