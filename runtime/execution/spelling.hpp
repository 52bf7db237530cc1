#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/toolchain/tokens.hpp"

/// Which name may be taken for a misspelling of which.
///
/// Pure. A compiler suggests the nearest name that is declared; when the
/// declaration of the right name is what is missing, that is a wrong one which
/// compiles. So a suggestion is only followed when it looks like a slip of the
/// fingers.
namespace cohort::runtime::execution {

/// Returns the number of insertions, deletions, substitutions and exchanges of
/// neighbours that turn `a` into `b`; something larger than `limit` when it is
/// more than that. Time: |a| * limit.
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b,
                                   size_t limit);

/// Whether `word` is a keyword of C++ or a type name built into it.
[[nodiscard]] bool is_keyword(std::string_view word);

/// Whether `text` is an identifier.
[[nodiscard]] bool is_identifier(std::string_view text);

using toolchain::is_word_char;

/// Keywords that are one slip away from `word`, sorted; short ones, which are
/// near to anything, are left out.
[[nodiscard]] std::vector<std::string_view>
similar_keywords(std::string_view word);

/// Returns where `name` stands in `content`, from `from` on, as a whole
/// identifier; npos when nowhere.
[[nodiscard]] size_t find_name(std::string_view content, std::string_view name,
                               size_t from = 0);

/// Returns how often `name` stands in `content` as a whole identifier; stops
/// counting at `enough`.
[[nodiscard]] size_t occurrences(std::string_view content,
                                 std::string_view name, size_t enough);

/// Returns why `to` is no correction of `from`, or nothing when it is one. Both
/// are identifiers, qualified or not. Adding a qualification is always fine.
[[nodiscard]] std::optional<std::string> refuse_rename(std::string_view from,
                                                       std::string_view to);

} // namespace cohort::runtime::execution
