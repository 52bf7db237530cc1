#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// Unit reports in, evidence out.
///
/// Pure: the same reports in any order give the same evidence.
namespace cohort::runtime::analysis {

namespace pb = messages::v1;

/// The stable name of an error's type, from its message and option:
/// "missing_semicolon", "undeclared_name", "no_member", "type_mismatch", ...;
/// "other" when no pattern matches.
std::string_view error_type(std::string_view message, std::string_view option);

/// Whether the diagnostic is an error or a fatal error.
bool is_error(const pb::Diagnostic& diagnostic);

/// Deduplicates diagnostics by (tool, place, severity, message) with the units
/// as votes, names their types (config/error_types.yaml), and groups the errors
/// by what causes them (causes.hpp), so that what two compilers say about a
/// line stays together. Notes, and diagnostics without a severity, are left
/// out.
pb::Evidence gather(std::string tree,
                    const std::vector<pb::UnitReport>& reports);

/// Errors and fatal errors.
size_t count_errors(const pb::Evidence& evidence);

/// Units that some compiler does not accept, because it rejects them or because
/// it gave no verdict; sorted, each once.
std::vector<std::string> failing_units(const pb::Evidence& evidence);

/// Replaces in `before` the reports of the units in `fresh` (by unit and tool),
/// and appends those that are new. Of several in `fresh` the last one counts.
std::vector<pb::UnitReport> update(const std::vector<pb::UnitReport>& before,
                                   const std::vector<pb::UnitReport>& fresh);

} // namespace cohort::runtime::analysis
