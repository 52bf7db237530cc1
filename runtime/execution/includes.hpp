#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Where a new #include belongs.
///
/// Pure.
namespace cohort::runtime::execution {

/// Whether the file has an #include of exactly that: `<vector>`, `"a/b.h"`.
[[nodiscard]] bool has_include(std::string_view content,
                               std::string_view spelling);

struct include_place {
  size_t at = 0;    // A line's begin, or the end of a text without a last '\n'.
  std::string text; // The whole line, with its end; and that of such a text.
};

/// Where `#include SPELLING` goes: into the block of includes of its sort,
/// before the first that comes after it in the alphabet; where there is none of
/// its sort, before (quoted) or after (angled) the others; in a file without
/// any, or where that would be behind `use`, after its first comment and its
/// guard.
[[nodiscard]] include_place place_include(std::string_view content,
                                          std::string_view spelling,
                                          size_t use = std::string_view::npos);

} // namespace cohort::runtime::execution
