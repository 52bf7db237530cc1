#include "runtime/fixes/text_columns.hpp"

#include <algorithm>
#include <limits>

namespace cohort::runtime::fixes {

namespace {

constexpr uint32_t line_end = std::numeric_limits<uint32_t>::max();

/// Length of the character that `text` begins with; 0 for what is not UTF-8.
size_t first_character(std::string_view text) {
  auto lead = static_cast<unsigned char>(text.front());
  size_t size = lead < 0x80   ? 1
                : lead < 0xc0 ? 0
                : lead < 0xe0 ? 2
                : lead < 0xf0 ? 3
                : lead < 0xf8 ? 4
                              : 0;
  if (size > text.size())
    return 0;
  auto goes_on = [](char c) { return (c & '\xc0') == '\x80'; };
  return std::all_of(
           text.begin() + 1,
           text.begin() + static_cast<ptrdiff_t>(size == 0 ? 1 : size), goes_on)
           ? size
           : 0;
}

} // namespace

std::optional<uint64_t> text_columns::end_of(uint64_t line) const {
  if (line > lines_.lines())
    return std::nullopt;
  auto end = lines_.offset(static_cast<uint32_t>(line), line_end);
  return end ? std::optional<uint64_t>{*end} : std::nullopt;
}

std::optional<uint64_t> text_columns::offset(uint64_t line,
                                             uint64_t column) const {
  auto end = end_of(line);
  if (!end || column == 0)
    return std::nullopt;
  auto at = uint64_t{*lines_.offset(static_cast<uint32_t>(line), 1)};
  if (line == 1 && bytes_.starts_with("\xef\xbb\xbf"))
    at += 3;
  for (auto left = column - 1; left > 0;) {
    if (at >= *end)
      return std::nullopt;
    auto size = first_character(bytes_.substr(at, *end - at));
    if (size == 0)
      return std::nullopt; // What a column counts there, nobody knows.
    // What lies outside of the basic plane is a pair in UTF-16.
    auto width = kind_ == column_kind::utf16_units && size == 4 ? 2U : 1U;
    if (width > left)
      return std::nullopt;
    left -= width;
    at += size;
  }
  return at;
}

} // namespace cohort::runtime::fixes
