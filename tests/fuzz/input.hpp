#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/analysis/text.hpp"

/// What an input of the fuzzers looks like: text in parts, so that seeds can be
/// read and written by hand.
namespace cohort::tests {

namespace pb = messages::v1;

/// Ends the process when a property does not hold; libFuzzer keeps the input.
inline void require(bool holds, const char* property) {
  if (holds)
    return;
  std::fprintf(stderr, "not so: %s\n", property);
  std::abort();
}

inline std::string_view input_text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes what comes before "\n====\n" off the front; all when that is not
/// there.
inline std::string_view take_part(std::string_view& rest) {
  constexpr std::string_view border = "\n====\n";
  auto at = rest.find(border);
  auto part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size()
                                                  : at + border.size());
  return part;
}

inline std::string_view take_line(std::string_view& rest) {
  auto end = std::min(rest.find('\n'), rest.size());
  auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

/// Takes a number and the character behind it off the front.
inline std::optional<uint64_t> take_number(std::string_view& text) {
  uint64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(),
                                       value);
  if (failed != std::errc{})
    return std::nullopt;
  auto taken = static_cast<size_t>(end - text.data());
  text.remove_prefix(std::min(taken + 1, text.size()));
  return value;
}

/// Edits from lines "BEGIN-END:REPLACEMENT", in which "\n" stands for a line's
/// end; lines that are none are passed over. At most `limit`.
inline std::vector<pb::Edit> read_edits(std::string_view lines, size_t limit) {
  std::vector<pb::Edit> result;
  while (!lines.empty() && result.size() < limit) {
    auto line = take_line(lines);
    auto begin = take_number(line);
    auto end = take_number(line);
    if (!begin || !end)
      continue;
    auto& edit = result.emplace_back();
    edit.set_file("a.cc");
    edit.set_begin(*begin);
    edit.set_end(*end);
    auto text = runtime::analysis::valid_utf8(line);
    for (auto at = text.find("\\n"); at != std::string::npos;
         at = text.find("\\n", at))
      text.replace(at, 2, "\n");
    edit.set_replacement(std::move(text));
  }
  return result;
}

inline bool is_utf8(std::string_view text) {
  return runtime::analysis::valid_utf8(text) == text;
}

} // namespace cohort::tests
