#pragma once

#include <span>
#include <string_view>

/// The language of the table of error types, and the table that was compiled
/// in from config/error_types.yaml.
///
/// Pure.
namespace cohort::runtime::analysis {

/// A row: what matches `pattern` has the error type `type`.
struct error_pattern {
  std::string_view pattern;
  std::string_view type;
};

/// Whether the parts of `pattern`, between `*`, stand in `text` in this order.
constexpr bool matches(std::string_view pattern, std::string_view text) {
  for (;;) {
    auto star = pattern.find('*');
    auto part = pattern.substr(0, star);
    auto found = text.find(part);
    if (found == std::string_view::npos)
      return false;
    if (star == std::string_view::npos)
      return true;
    pattern.remove_prefix(star + 1);
    text.remove_prefix(found + part.size());
  }
}

/// In the order in which they are tried. Both live as long as the program.
std::span<const error_pattern> message_patterns();
std::span<const error_pattern> option_patterns();

} // namespace cohort::runtime::analysis
