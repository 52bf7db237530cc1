#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "runtime/fixes/readers.hpp"

/// What the readers have in common. Private to fixes/.
namespace cohort::runtime::fixes {

namespace pb = messages::v1;
using workspace::base_file;
using workspace::objection;
using workspace::refusal;

/// Adds the edit [begin, end) of a file, or what is held against the file.
inline void add_edit(proposal& to, const base_file& file, uint64_t begin,
                     uint64_t end, std::string text) {
  auto& edit = *to.fix.add_edits();
  edit.set_file(file.path);
  edit.set_begin(begin);
  edit.set_end(end);
  edit.set_replacement(std::move(text));
  if (file.closed && !to.refused)
    to.refused = file.closed;
}

/// The first objection counts.
inline void object(proposal& to, refusal why, std::string text) {
  if (!to.refused)
    to.refused = objection{why, std::move(text)};
}

/// "SOURCE:LINE: TEXT".
inline error bad_line(const std::string& source, size_t line,
                      const std::string& text) {
  return {errc::invalid_request,
          source + ':' + std::to_string(line) + ": " + text};
}

} // namespace cohort::runtime::fixes
