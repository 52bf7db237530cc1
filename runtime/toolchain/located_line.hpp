#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cohort::runtime::toolchain {

/// A line that says something of a place.
struct located_line {
  std::string file; // As `is_file` gives it.
  uint32_t line = 0;
  uint32_t column = 0; // 0: not said.
  std::string_view message;
};

/// Turns a printed name into that of a file, or "" where it is none.
using file_finder = std::function<std::string(std::string_view printed)>;

/// Reads FILE:LINE: MESSAGE, FILE:LINE:COLUMN: MESSAGE, FILE(LINE): MESSAGE and
/// FILE(LINE,COLUMN): MESSAGE. Of several ways the first one counts whose name
/// is that of a file. Pure but for `find`.
[[nodiscard]] std::optional<located_line>
read_located_line(std::string_view text, const file_finder& find);

} // namespace cohort::runtime::toolchain
