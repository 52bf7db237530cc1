#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/expected.hpp"

/// Text edits: byte ranges of a file and what replaces them.
///
/// Pure. Offsets are bytes from the start of the file, a byte order mark
/// included. Linear in the size of file and edits.
namespace cohort::runtime::workspace {

namespace pb = messages::v1;

/// Returns `content` with `edits` applied; their order does not matter.
/// Errors: invalid_request when an edit leaves the file's bounds, two overlap,
/// or two different texts are inserted at the same place. Identical edits count
/// once. The `file` field is not looked at.
expected<std::string> apply_edits(std::string_view content,
                                  const std::vector<pb::Edit>& edits);

/// Returns whether the two cannot both be applied to one file: their ranges
/// overlap, or they insert at the same place; identical edits do not conflict.
[[nodiscard]] bool conflicts(const pb::Edit& a, const pb::Edit& b);

/// Maps a 1-based line and byte column to a byte offset of `content`. A column
/// past the end of its line is the end of that line (before "\n" or "\r\n"),
/// column 0 (not known) its begin. What follows the last "\n" is a line as
/// well, even when it is empty. Errors: invalid_request when the line does not
/// exist. REQUIRES: `content` outlives the index.
class line_index {
public:
  explicit line_index(std::string_view content);
  [[nodiscard]] expected<size_t> offset(uint32_t line,
                                        uint32_t byte_column) const;
  /// 1-based line of a byte offset; offsets past the end are on the last line.
  [[nodiscard]] uint32_t line_of(size_t offset) const;
  [[nodiscard]] uint32_t lines() const;

private:
  std::string_view content_;
  std::vector<size_t> starts_;
};

} // namespace cohort::runtime::workspace
