#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/mutation.pb.h"

namespace cohort::runtime::mutation {

namespace pb = messages::v1;

/// A mutant, and how it is chosen at run time: the expression at
/// [begin, end) becomes `(ON ? alternative : before(expression))`.
struct site {
  pb::Mutant mutant;       // Its id is 0 until it is numbered.
  uint64_t begin = 0;      // Of the expression; bytes, without mutants.
  uint64_t end = 0;        // Past its last byte.
  std::string alternative; // On one line. Empty: needs a rebuild.
  std::string_view before; // Makes both sides of one type: "", "!!", "(void)".
  std::string unit;        // A translation unit that reads it.
};

/// Sorts by file, place, mutator and replacement, and numbers from 1.
void number(std::vector<site>& sites);

} // namespace cohort::runtime::mutation
