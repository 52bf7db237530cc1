#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/workspace/edits.hpp"

/// Places as SARIF counts them. Private to fixes/.
namespace cohort::runtime::fixes {

/// What a column counts.
enum class column_kind : uint8_t { utf16_units, code_points };

/// Maps 1-based lines and columns of a UTF-8 text to byte offsets. A byte order
/// mark is in front of line 1's column 1. Unlike with fix-its, a column past
/// the end of its line is no place.
class text_columns {
public:
  /// REQUIRES: `bytes` outlives this.
  text_columns(std::string_view bytes, column_kind kind)
    : bytes_{bytes}, lines_{bytes}, kind_{kind} {
    // nop
  }

  /// nullopt when there is no such line or column, or when what is before it in
  /// the line is not UTF-8.
  [[nodiscard]] std::optional<uint64_t> offset(uint64_t line,
                                               uint64_t column) const;

  /// Where the line ends, before "\n" or "\r\n".
  [[nodiscard]] std::optional<uint64_t> end_of(uint64_t line) const;

private:
  std::string_view bytes_;
  workspace::line_index lines_;
  column_kind kind_;
};

} // namespace cohort::runtime::fixes
