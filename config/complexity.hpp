#pragma once

#include <map>
#include <string>
#include <vector>

/// Reads complexity.yaml, and turns it into C++ while cohort is built; the
/// program itself needs no file.
///
/// Pure. Errors: as sentences, all in one go; with any, nothing counts.
namespace cohort::config {

struct complexity_row {
  std::string name; // Lower case with underscores.
  std::string says;
  std::string measures; // As runtime/analysis/complexity_model.hpp names them.
  std::string in;
  double most = 1;
  double weight = 0;
};

struct complexity_table {
  double bias = 0;
  std::vector<complexity_row> features;  // In the order of the file.
  std::map<std::string, unsigned> words; // Bit i: of feature i.
  std::vector<std::string> problems;     // "line 7: 'x': ..."
};

complexity_table read_complexity(const std::string& yaml);

/// The definitions of what complexity_model.hpp declares.
/// REQUIRES: `table.problems` is empty.
std::string to_cpp(const complexity_table& table);

} // namespace cohort::config
