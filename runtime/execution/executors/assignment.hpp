#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "messages/v1/assignment.pb.h"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// A check as it can be made by hand.
struct shown_check {
  std::string tool;
  std::string file;
  std::vector<std::string> argv;
};

/// What a program is told of the subtask that it is to work on.
struct assignment_facts {
  const pb::WorkUnit& unit;
  const pb::RepairUnit& repair;
  std::string workspace;          // Where it works, an absolute path.
  std::vector<std::string> files; // That it may change. Sorted.
  std::vector<pb::UnitReport> reports;
  std::vector<shown_check> checks;
  uint32_t attempt = 1;
  std::optional<int64_t> seconds_left; // None: no limit.
};

/// All of it in words: what to do, where, by what evidence, within which
/// bounds, and how it is judged. At most 100 KB, so that it can be an argument.
/// Pure; valid UTF-8 without a NUL.
[[nodiscard]] std::string prompt_of(const assignment_facts& facts);

/// The same as a JSON object on one line (its schema is in the top README).
/// Pure.
[[nodiscard]] std::string assignment_json(const assignment_facts& facts);

} // namespace cohort::runtime::execution
