#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/expected.hpp"

/// Unified diffs as data. Private to fixes/.
///
/// Pure; linear in the text.
namespace cohort::runtime::fixes {

struct hunk_line {
  char kind = ' ';       // ' ', '-' or '+'.
  std::string_view text; // Without its end.
  bool has_end = true;   // "\n" comes after it.
};

struct hunk {
  size_t line = 0;      // Of its header in the diff, from 1.
  size_t old_begin = 0; // As the header says, from 1; 0 in an empty file.
  std::vector<hunk_line> lines;
};

/// What a diff says about one file.
struct file_diff {
  size_t line = 0; // Where that begins in the diff, from 1.
  bool is_git = false;
  bool has_time = false; // Behind the names, as diff(1) writes it.
  std::string old_name;  // As in the diff, not quoted; "/dev/null": none.
  std::string new_name;
  std::string beyond; // What it does beside changing lines, "" for nothing.
  std::vector<hunk> hunks;
};

/// All that is in a text. What is between the files is passed over. Errors: see
/// read_unified_diff.
expected<std::vector<file_diff>> parse_diff(std::string_view text,
                                            const std::string& source);

} // namespace cohort::runtime::fixes
