#include <algorithm>
#include <string_view>

#include "runtime/analysis/error_pattern.hpp"
#include "runtime/analysis/evidence.hpp"

namespace cohort::runtime::analysis {

namespace {

/// A message is about its first line; templates print pages.
constexpr size_t bytes_max = 4096;

/// The type of the first row that matches; empty when none does.
std::string_view first_match(std::span<const error_pattern> rows,
                             std::string_view text) {
  text = text.substr(0, bytes_max);
  auto found = std::find_if(rows.begin(), rows.end(), [&](auto& row) {
    return matches(row.pattern, text);
  });
  return found == rows.end() ? std::string_view{} : found->type;
}

} // namespace

std::string_view error_type(std::string_view message, std::string_view option) {
  if (auto type = first_match(message_patterns(), message); !type.empty())
    return type;
  if (auto type = first_match(option_patterns(), option); !type.empty())
    return type;
  return "other";
}

} // namespace cohort::runtime::analysis
