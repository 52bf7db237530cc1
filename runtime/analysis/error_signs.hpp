#pragma once

#include <string_view>

#include "messages/v1/analysis.pb.h"

/// What one error tells of its place among others.
///
/// Pure; linear in the message.
namespace cohort::runtime::analysis {

namespace pb = messages::v1;

/// How far an error misleads the compiler: where what it says next may be no
/// fault of the text.
enum class reach {
  nowhere,
  lines, // A few lines further down.
  file,  // The rest of the file.
  unit,  // A bracket or a statement may be open: what follows, in other files
         // too, may be read in a scope where it does not belong.
};

struct error_signs {
  /// A fault by itself, whatever was reported before it.
  bool stands_alone = false;
  reach misleads = reach::nowhere;
  /// The scope is wrong already: names of `std` within another namespace, a
  /// namespace within itself, or a file that is no part of the workspace.
  bool is_displaced = false;
  /// What is missing, without its scopes; empty where no name is. Borrowed.
  std::string_view missing_name;
};

/// REQUIRES: `error.error_type` is set.
error_signs read_signs(const pb::Diagnostic& error);

} // namespace cohort::runtime::analysis
