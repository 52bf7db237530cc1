#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What cohort ships for entries of a configuration to start from: the files of
/// executors/ and languages/, compiled in.
namespace cohort::config {

struct shipped_entry {
  std::string_view section; // "executors"
  std::string_view name;    // "claude-code"
  std::string_view yaml;
};

/// Sorted by section and name.
[[nodiscard]] std::span<const shipped_entry> shipped_entries();

/// nullptr when there is none.
[[nodiscard]] const shipped_entry* find_shipped(std::string_view section,
                                                std::string_view name);

/// The names of those of a section, sorted.
[[nodiscard]] std::vector<std::string>
names_of_shipped(std::string_view section);

/// All names, and the program that each starts.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
programs_of_shipped();

} // namespace cohort::config
