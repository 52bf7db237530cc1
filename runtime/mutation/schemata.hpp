#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/mutation/site.hpp"

/// Mutant schemata: one program that holds all mutants, each of which is chosen
/// by the environment when the program starts.
///
/// Pure. Source: Untch, Offutt, Harrold, "Mutation analysis using mutant
/// schemata" (ISSTA 1993). Everything is inserted and nothing removed, no line
/// begins or ends anywhere else than before: what a compiler says of a line is
/// about the same line of the source.
namespace cohort::runtime::mutation {

/// The mutant that a program chooses, by its id. Not set or 0: none, and the
/// program does what it did without mutants.
constexpr std::string_view mutant_variable = "COHORT_MUTANT";

/// The path of a file to which a program that chooses no mutant appends the
/// ids of those that it reaches, a line each: at the moment when it first
/// does, so that nothing is lost when it dies.
constexpr std::string_view trace_variable = "COHORT_MUTANT_TRACE";

/// Returns `text`, a file in C or C++, with all of `sites` that need no
/// rebuild. REQUIRES: all are of this file, with ids of at most `last_id`.
[[nodiscard]] std::string with_mutants(std::string_view text,
                                       const std::vector<site>& sites,
                                       uint32_t last_id);

/// Ids of a trace, sorted, each once. What is no id is passed over.
[[nodiscard]] std::vector<uint32_t> read_trace(std::string_view text);

} // namespace cohort::runtime::mutation
