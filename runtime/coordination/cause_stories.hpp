#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/v1/result.pb.h"

/// What became of each cause of errors: the story of a repair.
///
/// Pure. Nearly linear in the result.
namespace cohort::runtime::coordination {

namespace pb = messages::v1;

enum class cause_end {
  open,     // Nothing was tried yet: a diagnosis.
  repaired, // A fix of it was kept, and nothing of it is left.
  gone,     // Nothing of it is left; the repair of another cause took it along.
  escalated, // Something of it is left: there is no deterministic answer.
};

/// "repaired"
std::string_view to_string(cause_end end);

struct cause_story {
  /// What is told of a cause in full; the rest is counted.
  static constexpr size_t examples_max = 5;

  std::string id;   // Of its group; "n1", "n2" where only the repair found it.
  std::string kind; // The error type.
  pb::Location place; // In the tree that the task began with.
  std::string message;
  cause_end end = cause_end::open;

  uint32_t errors = 0; // Distinct ones, in `files` files.
  uint32_t files = 0;
  std::vector<std::string> units; // That report it: the votes. Sorted.
  std::vector<std::string> tools; // That report it. Sorted.
  std::vector<pb::Diagnostic> examples;

  uint32_t kept = 0; // Fixes.
  uint32_t refused = 0;
  std::vector<pb::FixAttempt> tries; // Examples of both, those kept first.

  uint32_t left_count = 0; // Places with errors.
  std::vector<pb::Leftover> left;
};

/// The causes of `result.evidence`, in its order, and behind them what was
/// tried or left at places that no evidence names: one error hides another. A
/// repair moves lines, so what was tried or left belongs to the cause that has
/// the same message in the same file, the nearest of several, or else to the
/// one that has its line.
std::vector<cause_story> tell_causes(const pb::TaskResult& result);

} // namespace cohort::runtime::coordination
