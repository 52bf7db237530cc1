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
/// Linear in the text, which may be any bytes; what is returned is valid UTF-8,
/// and a fix that could not be is left out.
namespace cohort::runtime::toolchain {

namespace pb = messages::v1;

/// Returns a file's bytes by the name that the compiler printed (absolute, or
/// relative to the compiler's folder), or nullptr when it cannot be read.
using file_reader = std::function<const std::string*(const std::string& file)>;

struct parsed_diagnostics {
  std::vector<pb::Diagnostic>
    diagnostics; // File names as the compiler printed them.
  size_t ignored_lines = 0;
  bool understood
    = false;         // At least one diagnostic, or nothing to report at all.
  std::string crash; // What the compiler says of its own end; usually empty.
};

/// `-fdiagnostics-format=json` of GCC 9 and later, on standard error: an array
/// starts with '[' at the start of a line; lines outside of arrays are ignored.
/// Of an array that was cut off, what came before counts. Byte columns are
/// used; a byte order mark, which GCC does not count, is added on line 1.
parsed_diagnostics read_gcc_json(std::string_view text,
                                 const file_reader& files);

/// Clang's text with `-fdiagnostics-parseable-fixits`; GCC's reads the same but
/// for fix-its. Fix-its on an error are one atomic set; each note's fix-its are
/// a set of their own. With colours (`-fcolor-diagnostics`) a quoted source
/// line that looks like a diagnostic is known from a real one.
parsed_diagnostics read_clang(std::string_view text, const file_reader& files);

/// The prerequisites of a make rule as `-M` writes it, in order.
std::vector<std::string> read_dependencies(std::string_view make_rule);

/// The files that `-H` lists, in order: lines of dots, a blank and a name.
std::vector<std::string> read_includes(std::string_view text);

/// Replaces typographic quotes by ASCII ones.
std::string plain_quotes(std::string_view text);

} // namespace cohort::runtime::toolchain
