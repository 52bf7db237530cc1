#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/expected.hpp"

/// Readers of what compilers print.
///
/// Pure but for `file_reader`, which gives the bytes that a file had when the
/// compiler read it (needed to turn columns into byte offsets).
/// Errors: never; what cannot be understood is counted in `ignored_lines`.
namespace cohort::runtime::toolchain {

namespace pb = messages::v1;

/// Returns a file's bytes by the name that the compiler printed (absolute, or
/// relative to the compiler's folder), or nullptr when it cannot be read.
using file_reader = std::function<const std::string*(const std::string& file)>;

struct parsed_diagnostics {
  std::vector<pb::Diagnostic> diagnostics; // File names as the compiler printed them.
  size_t ignored_lines = 0;
  bool understood = false; // At least one diagnostic, or nothing to report at all.
};

/// `-fdiagnostics-format=json` of GCC 9 and later, on standard error: lines that
/// start with '[' hold one array each; others are ignored. Byte columns are
/// used; a byte order mark, which GCC does not count, is added on line 1.
parsed_diagnostics read_gcc_json(std::string_view text, const file_reader& files);

/// Clang's text with `-fdiagnostics-parseable-fixits`. Fix-its on an error are
/// one atomic set; each note's fix-its are a set of their own.
parsed_diagnostics read_clang(std::string_view text, const file_reader& files);

/// The prerequisites of a make rule as `-M` writes it, in order.
std::vector<std::string> read_dependencies(std::string_view make_rule);

/// Replaces typographic quotes by ASCII ones.
std::string plain_quotes(std::string_view text);

} // namespace cohort::runtime::toolchain
