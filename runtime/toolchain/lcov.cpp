#include <charconv>
#include <cstdint>

#include "runtime/text_lines.hpp"
#include "runtime/toolchain/executed_lines.hpp"
#include "runtime/toolchain/paths.hpp"

/// The trace format of lcov: documented in geninfo(1).
namespace cohort::runtime::toolchain {

namespace {

/// Reads a number off the front of `text`.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  auto [end, failed] = std::from_chars(text.begin(), text.end(), number);
  text.remove_prefix(static_cast<size_t>(end - text.begin()));
  return failed == std::errc{};
}

/// "7,3": line 7 was executed three times.
bool add_lcov_line(std::string_view text,
                   std::map<uint32_t, execution>& lines) {
  uint32_t number = 0;
  uint64_t count = 0;
  if (!take_number(text, number) || number == 0 || !text.starts_with(','))
    return false;
  text.remove_prefix(1);
  if (!take_number(text, count) || !(text.empty() || text.front() == ','))
    return false;
  lines[number] = count > 0 ? execution::all : execution::none;
  return true;
}

} // namespace

expected<executed_lines> read_lcov(std::string_view text) {
  executed_lines result;
  std::map<uint32_t, execution>* file = nullptr; // Whose record this is.
  size_t read = 0;
  auto is_understood = true;
  for_each_line(text, [&](std::string_view line) {
    if (!is_understood)
      return;
    ++read;
    if (line.starts_with("SF:/"))
      file = &result[absolute("/", line.substr(3))];
    else if (line == "end_of_record")
      file = nullptr;
    else if (line.starts_with("DA:"))
      is_understood = file && add_lcov_line(line.substr(3), *file);
    else
      is_understood = file && line.find(':') != std::string_view::npos;
  });
  if (is_understood && file == nullptr)
    return result;
  return error{errc::tool_failed,
               "line " + std::to_string(read)
                 + " of llvm-cov's output is not in lcov's format, or its "
                   "record has no end"};
}

} // namespace cohort::runtime::toolchain
