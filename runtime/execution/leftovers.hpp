#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "messages/v1/result.pb.h"
#include "runtime/execution/line_shift.hpp"
#include "runtime/execution/report_book.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Why the errors of a place are still there.
struct place_note {
  std::string reason;
  pb::BlockageReason blockage = pb::BLOCKAGE_REASON_UNSPECIFIED;
};

/// Notes by place, which move along with the lines.
class place_notes {
public:
  void set(const std::string& file, uint32_t line, place_note note);
  void edited(const shifts& moved);
  [[nodiscard]] const place_note* find(const std::string& file,
                                       uint32_t line) const;

private:
  std::map<std::pair<std::string, uint32_t>, place_note> notes_;
};

/// Returns the errors that `book` still has in `subtask`'s files, one a line,
/// by file and line, the primary compiler's words; at most 50 of them. Units
/// without any verdict are errors as well. A place without a note gets
/// what `unknown` says of its file.
[[nodiscard]] std::vector<pb::Leftover>
leftovers(const report_book& book, const pb::Subtask& subtask,
          const place_notes& notes,
          const std::function<place_note(const std::string&)>& unknown);

} // namespace cohort::runtime::execution
