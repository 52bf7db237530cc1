#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/execution/candidates.hpp"
#include "runtime/execution/line_shift.hpp"

/// Whether a tried fix is kept.
///
/// Pure. "Fewer errors" is no proof: wrong fixes were kept by that rule in four
/// of sixty places. So the error itself must be gone, nothing new may stand
/// close to the edit, and what is left must be a part of what was there, or lie
/// further on than before (a repair lets a compiler see what it could not see).
namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// How good a tried fix is, worst first.
enum class grade : uint8_t {
  rejected,
  moved_on, // Errors that were hidden came up behind it.
  smaller,  // A part of the errors is gone, nothing new.
};

struct verdict {
  grade what = grade::rejected;
  std::string reason; // A sentence for people.
};

/// What one compiler said about a unit before and after the edits.
struct comparison {
  const pb::UnitReport* before;
  const pb::UnitReport* after;
};

/// Judges by the unit that shows the error: one comparison a compiler. Lines of
/// `before` and of `targets` are those before the edits that `moved` describes;
/// `before` is what all compilers said, also those that are not asked yet.
[[nodiscard]] verdict judge(const std::vector<comparison>& compilers,
                            const shifts& moved,
                            const std::vector<target>& targets,
                            const std::vector<const pb::UnitReport*>& before);

/// Judges by another unit that reads an edited file: it need not get better.
/// `before` may be old as far as files that are not edited are concerned.
[[nodiscard]] verdict judge_reader(const std::vector<comparison>& compilers,
                                   const shifts& moved);

/// An error that a unit did not have.
struct new_error {
  std::string file;
  uint32_t line = 0;
  std::string message;
};

/// Errors of `x.after` that `x.before` does not have, with its lines as they
/// are now; the next uses of a name in an edited file (a key of `edited`) left
/// out.
[[nodiscard]] std::vector<new_error> new_errors(const comparison& x,
                                                const shifts& edited);

/// How far from an edit an error counts as its own.
inline constexpr uint32_t near_lines = 3;

/// Errors of `x.before` that `x.after` no longer has.
[[nodiscard]] std::vector<pb::Diagnostic> gone_errors(const comparison& x,
                                                      const shifts& moved);

} // namespace cohort::runtime::execution
