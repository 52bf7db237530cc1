#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// Where lines go when a file is edited.
///
/// Pure. Lines are 1-based.
namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// What edits do to the lines of one file.
class line_shift {
public:
  line_shift() = default;
  /// REQUIRES: `edits` lie inside `content`, sorted, not overlapping.
  line_shift(std::string_view content, const std::vector<pb::Edit>& edits);

  /// The line on which the text of `line` stands afterwards.
  [[nodiscard]] uint32_t map(uint32_t line) const;

  /// Whether `line`, counted afterwards, is at most `distance` from an edit.
  [[nodiscard]] bool is_near(uint32_t line, uint32_t distance) const;

  /// First line, counted afterwards, that an edit changes; 0 without edits.
  [[nodiscard]] uint32_t first_line() const;
  /// Last line, counted afterwards, that an edit changes; 0 without edits.
  [[nodiscard]] uint32_t last_line() const;

private:
  struct step {
    uint32_t from; // Lines from this one on...
    int64_t delta; // ...move by this much in all.
  };
  struct range {
    uint32_t first;
    uint32_t last;
  };
  std::vector<step> steps_;
  std::vector<range> ranges_; // Changed lines, counted afterwards.
};

/// The edits of a fix by file.
using shifts = std::map<std::string, line_shift>;

/// `line` of `file` after the edits; the same line when `file` is not edited.
[[nodiscard]] uint32_t map_line(const shifts& moved, const std::string& file,
                                uint32_t line);

} // namespace cohort::runtime::execution
