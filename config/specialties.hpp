#pragma once

#include <map>
#include <string>
#include <vector>

/// Reads specialties.yaml, and turns it into C++ while cohort is built; the
/// program itself needs no file.
///
/// Pure. Errors: as sentences, all in one go; with any, nothing counts.
namespace cohort::config {

struct specialty_table_text {
  std::vector<std::string> order;                 // As they stand in the file.
  std::map<std::string, std::string> words;       // Whose each is.
  std::map<std::string, std::string> error_types; // Likewise.
  std::vector<std::string> problems;              // "line 7: 'x': ..."
};

specialty_table_text read_specialties(const std::string& yaml);

/// The definitions of what runtime/analysis/specialty.hpp declares.
/// REQUIRES: `table.problems` is empty.
std::string to_cpp(const specialty_table_text& table);

} // namespace cohort::config
