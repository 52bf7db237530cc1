#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace cohort::config {

/// One key of an `Owner`: of all settings, or of one of the entries that a user
/// names (sections.hpp). The table of all of them drives reading, overriding
/// and printing alike, so that no second list can differ.
template <class Owner>
struct basic_key {
  std::string path;    // "parallel_workers.complexity_threshold"
  std::string meaning; // For people, with the unit.
  std::string allowed; // "a number from 0 to 1"
  bool is_list = false;
  /// Sets the value from its words (one, unless `is_list`). Returns false, and
  /// changes nothing, when they are not allowed.
  std::function<bool(Owner&, const std::vector<std::string>&)> set;
  /// The value as YAML; `set` accepts what it stands for.
  std::function<std::string(const Owner&)> get;
};

using settings_key = basic_key<settings>;

/// All keys; those of one section stand together.
const std::vector<settings_key>& keys();

/// nullptr when there is none.
const settings_key* find_key(std::string_view path);

/// Whether some key lies below `path`.
bool is_section(std::string_view path);

/// "parallel_workers.enabled" is COHORT_PARALLEL_WORKERS__ENABLED.
std::string variable_of(const settings_key& key);

} // namespace cohort::config
