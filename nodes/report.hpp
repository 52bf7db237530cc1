#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "messages/v1/result.pb.h"

/// What a user reads at the end. Pure: a result in, text out.
namespace cohort::nodes {

/// "done", "partial", ...
std::string_view outcome_name(messages::v1::TaskOutcome outcome);

/// The summary of `run`.
std::string summary_text(const messages::v1::TaskResult& result);

/// The plan: score and reasons, evidence, routing, subtasks, verdicts, times.
std::string plan_text(const messages::v1::TaskResult& result, bool explain);

/// Groups of evidence:
/// {"groups":[{"id","kind","cause":{...},"diagnostics":[...]}]}.
std::string groups_json(const messages::v1::Evidence& evidence);

/// A message as JSON on one line, or indented; field names as in the .proto.
std::string to_json(const google::protobuf::Message& message, bool indented);

} // namespace cohort::nodes
