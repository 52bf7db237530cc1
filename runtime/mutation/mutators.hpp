#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a mutator puts in the place of an operator or a literal.
///
/// Pure. Source of the set: the sufficient operators of Offutt et al., "An
/// experimental determination of sufficient mutant operators" (TOSEM 1996),
/// but one replacement each, and statement deletion.
namespace cohort::runtime::mutation {

struct change {
  std::string_view mutator;
  std::string_view replacement;
};

/// For a binary or assigning operator. None: it is left alone.
[[nodiscard]] std::vector<change> changes_of(std::string_view operation);

/// A number that is not `literal`, of the same type: 1 for 0, 0 for 1, one more
/// for others. Nothing for what is no plain decimal, hexadecimal or floating
/// number.
[[nodiscard]] std::optional<std::string> other_number(std::string_view literal);

/// Whether `left operation right` is the same with the operator replaced:
/// x + 0 and x - 0, x * 1 and x / 1, x << 0 and x >> 0.
[[nodiscard]] bool is_neutral(std::string_view operation,
                              std::string_view right);

} // namespace cohort::runtime::mutation
