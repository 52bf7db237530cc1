#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/analysis/log_evidence.hpp"

/// What one entry of a log tells of its place among the others.
///
/// Pure; linear in the entry.
namespace cohort::runtime::analysis {

/// What kind of fault an error type is, as far as what comes after it goes.
enum class fault {
  stopper,    // A file is missing, or #error: what follows is unknown.
  missing,    // A name is: undeclared, no type, not in its namespace or module.
  member,     // A member of a type that is known.
  incomplete, // A type is only declared.
  syntax,     // Follows from others, and makes others follow.
  use,        // A name is there, and used in a way that does not fit it.
  local,      // About one place: format strings, what is unused or
              // uninitialised. Neither follows nor makes follow.
  link,
  other,
};

struct log_signs {
  fault kind = fault::other;
  /// What is missing, without its scopes; empty where no name is.
  std::string symbol;
  /// Errors that share one of these have one cause, wherever they stand.
  std::vector<std::string> keys;
  /// Where it stands for whoever has to repair it: the place that uses a
  /// template, when the template is not theirs.
  pb::Location place;
  /// In a file of the system or of a package, with no use known.
  bool is_foreign = false;
  /// What this line declares, of a type that is not there.
  std::vector<std::string> declares;
};

/// REQUIRES: the error type is set.
log_signs read_log_signs(const log_entry& entry);

/// Whether the path is one of installed headers or packages.
bool is_foreign_file(std::string_view file);

/// The folder of the package that an installed file is of; empty where files of
/// all are in one folder, as headers are.
std::string_view package_of(std::string_view file);

} // namespace cohort::runtime::analysis
