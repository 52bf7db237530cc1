#pragma once

#include <string>
#include <vector>

/// Reads error_types.yaml, and turns it into C++ while cohort is built; the
/// program itself needs no file.
///
/// Pure. Errors: as sentences, all in one go; with any, no row counts.
namespace cohort::config {

struct error_type_row {
  std::string pattern; // As runtime/analysis/error_pattern.hpp understands it.
  std::string type;    // Lower case with underscores.
};

struct error_types {
  std::vector<error_type_row> messages; // In the order of the file.
  std::vector<error_type_row> options;
  /// "line 7: 'x': ..."; a row that an earlier one hides is a problem as well.
  std::vector<std::string> problems;
};

error_types read_error_types(const std::string& yaml);

/// The definitions of what error_pattern.hpp declares.
/// REQUIRES: `types.problems` is empty.
std::string to_cpp(const error_types& types);

} // namespace cohort::config
