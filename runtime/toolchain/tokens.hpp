#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// The tokens of C and C++, as far as the shape of a text needs them.
///
/// Pure. Comments, and the branches of `#if` after the first, are left out, so
/// that brackets balance where the program's do. Broken text gives tokens as
/// well: an open string ends with its line.
namespace cohort::runtime::toolchain {

enum class token_kind : uint8_t {
  name, // Keywords too.
  number,
  text,      // A string or character literal, with prefix and suffix.
  sign,      // One character each, but for `::` and `->`.
  directive, // From '#' to the end of its last line.
};

struct token {
  token_kind kind = token_kind::sign;
  size_t begin = 0;
  size_t end = 0;

  [[nodiscard]] std::string_view in(std::string_view content) const {
    return content.substr(begin, end - begin);
  }
};

[[nodiscard]] std::vector<token> scan(std::string_view content);

/// Whether `c` may stand in an identifier.
[[nodiscard]] bool is_word_char(char c);

/// Where the line begins on which `offset` lies.
[[nodiscard]] size_t line_begin(std::string_view content, size_t offset);

/// Where it ends: at its '\n' or at the end of the text.
[[nodiscard]] size_t line_end(std::string_view content, size_t offset);

/// The line's number, from 1.
[[nodiscard]] uint32_t line_number(std::string_view content, size_t offset);

} // namespace cohort::runtime::toolchain
