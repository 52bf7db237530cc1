#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Where a text's brackets are not what its shape says.
///
/// Pure. Compilers notice a bracket that is missing far behind the place; the
/// indentation, and the statement that ends inside a parenthesis, tell where
/// that place is.
namespace cohort::runtime::execution {

/// A bracket that seems to be missing.
struct missing_bracket {
  uint32_t first_line = 0; // Of the code that lacks it.
  uint32_t last_line = 0;  // Where it is clear that it is missing.
  struct insertion {
    size_t at = 0;
    std::string text;
  };
  std::vector<insertion> choices; // The likeliest first.
};

/// Blocks that are not closed although the indentation says that they end.
/// Nothing when a text is not indented by its structure.
[[nodiscard]] std::vector<missing_bracket>
missing_braces(std::string_view content);

/// Parentheses that are still open where their statement ends.
[[nodiscard]] std::vector<missing_bracket>
missing_parentheses(std::string_view content);

} // namespace cohort::runtime::execution
