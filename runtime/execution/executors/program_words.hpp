#pragma once

#include <string>
#include <string_view>

namespace cohort::runtime::execution {

/// What a program that worked on a subtask printed.
struct program_words {
  std::string progress; // The last that it said of it, "mending (3 of 7)".
  double cost = 0;      // The last that it said.
  std::string log;      // The end of all else.
};

/// Reads standard output: lines {"progress": "...", "done": 3, "total": 7} and
/// {"cost": 0.12}, of which the last one counts; "total_cost_usd", as coding
/// agents say, is as good. Any other line is log. Pure; any bytes are fine, and
/// what is returned is valid UTF-8.
[[nodiscard]] program_words read_program_words(std::string_view out);

/// The last lines of a text, at most 10 of them and 2000 bytes, on one line.
[[nodiscard]] std::string last_words(std::string_view text);

} // namespace cohort::runtime::execution
