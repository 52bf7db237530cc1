#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/keys.hpp"

/// The keys of entries, and the sections that hold them.
namespace cohort::config {

/// The keys of an entry, beside `adapter`; their paths are their names.
[[nodiscard]] const std::vector<basic_key<executor_entry>>&
keys_of(const executor_entry&);
[[nodiscard]] const std::vector<basic_key<specialty_entry>>&
keys_of(const specialty_entry&);
[[nodiscard]] const std::vector<basic_key<language_entry>>&
keys_of(const language_entry&);

/// Calls `visit(name, meaning, entries)` for each section of entries.
template <class Settings, class Visit>
void for_each_section(Settings& all, Visit visit) {
  visit("executors", "programs that work on subtasks, by name", all.executors);
  visit("specialties",
        "kinds of work, by name: your own, or other executors for one that "
        "cohort knows",
        all.specialties);
  visit("languages",
        "programs that judge the files of languages beside C and C++, by name",
        all.languages);
}

/// Whether `path` is a section of entries, or lies in one.
[[nodiscard]] bool is_in_entries(std::string_view path);

} // namespace cohort::config
