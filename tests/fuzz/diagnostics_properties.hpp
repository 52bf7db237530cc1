#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

#include "runtime/toolchain/diagnostics.hpp"
#include "tests/fuzz/input.hpp"

/// What holds for all that a reader of diagnostics returns, whatever it read.
namespace cohort::tests {

namespace toolchain = cohort::runtime::toolchain;

/// Gives `source` for every relative name.
inline toolchain::file_reader one_file(const std::string& source) {
  return [&source](const std::string& name) -> const std::string* {
    return name.starts_with('/') ? nullptr : &source;
  };
}

inline void check_place(const pb::Diagnostic& diagnostic,
                        const std::string& source) {
  auto& at = diagnostic.location();
  require(is_utf8(at.file()) && is_utf8(diagnostic.message())
            && is_utf8(diagnostic.option()),
          "a diagnostic is UTF-8");
  auto in_bom = source.starts_with("\xef\xbb\xbf") && at.line() == 1
                && at.byte_column() > 0 && at.byte_column() <= 3;
  require(diagnostic.tool() != "gcc" || at.file().starts_with('/') || !in_bom,
          "gcc's places lie behind a byte order mark");
}

inline void check_fix(const pb::Fix& fix, const pb::Diagnostic& error,
                      const std::string& source) {
  require(fix.edits_size() > 0, "a fix has edits");
  require(fix.tool() == error.tool() && fix.voters_size() == 1
            && fix.voters(0) == error.tool(),
          "a fix names its tool");
  require(fix.target_file() == error.location().file()
            && fix.target_line() == error.location().line(),
          "a fix answers its error");
  require(is_utf8(fix.message()), "a fix's message is UTF-8");
  for (auto& edit : fix.edits()) {
    require(edit.begin() <= edit.end() && edit.end() <= source.size(),
            "an edit lies within its file");
    require(is_utf8(edit.file()) && is_utf8(edit.replacement()),
            "an edit is UTF-8");
  }
  require(std::is_sorted(fix.edits().begin(), fix.edits().end(),
                         [](auto& a, auto& b) {
                           return std::forward_as_tuple(a.file(), a.begin())
                                  < std::forward_as_tuple(b.file(), b.begin());
                         }),
          "edits are sorted");
}

/// `text` was read about `source`.
inline void check_read(const toolchain::parsed_diagnostics& read,
                       std::string_view text, const std::string& source) {
  auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  require(read.ignored_lines <= lines + 1, "a line is ignored once");
  require(is_utf8(read.crash), "a crash's words are UTF-8");
  require(read.understood || read.diagnostics.empty(),
          "what has diagnostics was understood");
  for (auto& error : read.diagnostics) {
    check_place(error, source);
    for (auto& note : error.notes()) {
      check_place(note, source);
      require(note.notes().empty() && note.fixes().empty(),
              "a note's fixes are its error's");
    }
    for (auto& fix : error.fixes())
      check_fix(fix, error, source);
  }
}

} // namespace cohort::tests
