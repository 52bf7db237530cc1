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

/// Whether a name says what it is about in other files, too; "s" and "ret" are
/// many variables' names.
bool is_telling_name(std::string_view name);

/// The identifiers in a text, in order.
std::vector<std::string_view> identifiers(std::string_view text);

/// The header of C's library that declares a name; empty for other names.
std::string_view c_header_of(std::string_view name);

/// Whether two names come from one interface: they share a part of at least
/// four letters that says more than "create" or "size" ("proc_create",
/// "remove_proc_entry"; "AVCodecContext", "avcodec_open").
bool are_related(std::string_view x, std::string_view y);

} // namespace cohort::runtime::analysis
