#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

/// Which lines of a source coverage leaves out.
namespace cohort::runtime::toolchain {

/// Pure; linear. Source: gcovr 5.2, `gcov_parser.py`, with its defaults.
class counted_lines {
public:
  explicit counted_lines(std::string_view source);

  /// Whether a comment asks for it: the line has GCOV_EXCL_LINE, or stands
  /// between GCOV_EXCL_START (included) and GCOV_EXCL_STOP (not included).
  /// LCOV_, GCOVR_ and LCOVR_ mean the same. A START without its STOP asks for
  /// nothing.
  [[nodiscard]] bool is_excluded(uint32_t line) const;

  /// Whether nothing stands there but comments, and a brace or `else`. Also
  /// behind the last line.
  [[nodiscard]] bool is_bare(uint32_t line) const;

private:
  std::vector<bool> excluded_; // From line 1.
  std::vector<bool> bare_;
};

} // namespace cohort::runtime::toolchain
