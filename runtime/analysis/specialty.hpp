#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/task.pb.h"
#include "runtime/analysis/text.hpp"

/// Which words and error types belong to which specialty: compiled in from
/// config/specialties.yaml.
///
/// Pure.
namespace cohort::runtime::analysis {

namespace pb = messages::v1;

/// A word of descriptions, or an error type, and whose it is.
struct specialty_row {
  std::string_view text;
  pb::SpecialtyKind kind;
};

/// Both sorted by text, each text once. They live as long as the program.
std::span<const specialty_row> specialty_words();
std::span<const specialty_row> specialty_error_types();
/// In the order in which a tie is decided.
std::span<const pb::SpecialtyKind> specialty_order();

/// The specialty most of whose words are among `words`; a generalist's when
/// there are none.
pb::SpecialtyKind specialty_of(const std::vector<word>& words);

/// "refactoring"; "unknown" for a kind that there is not.
[[nodiscard]] std::string name_of(pb::SpecialtyKind kind);

/// The specialty of a type of errors; compilation errors for one that is not
/// listed.
pb::SpecialtyKind specialty_of_errors(std::string_view error_type);

} // namespace cohort::runtime::analysis
