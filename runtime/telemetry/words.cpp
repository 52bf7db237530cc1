#include "runtime/telemetry/words.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace cohort::runtime::telemetry {

namespace {

/// The name behind its enumeration's prefix, in lower case.
std::string lower_behind(std::string_view prefix, const std::string& name) {
  std::string result;
  for (auto c : name.substr(std::min(prefix.size(), name.size())))
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

} // namespace

std::string word_of(pb::AttemptEnd end) {
  return lower_behind("ATTEMPT_END_", pb::AttemptEnd_Name(end));
}

std::string word_of(pb::TaskOutcome outcome) {
  return lower_behind("TASK_OUTCOME_", pb::TaskOutcome_Name(outcome));
}

std::string word_of(pb::NodeState state) {
  return lower_behind("NODE_STATE_", pb::NodeState_Name(state));
}

} // namespace cohort::runtime::telemetry
