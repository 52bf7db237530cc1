#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/expected.hpp"

/// What `clang-tidy -export-fixes` writes: clang/Tooling/DiagnosticsYaml.h and
/// ReplacementsYaml.h, in the forms of LLVM 4 to 20.
///
/// Pure. Linear in the text, which may be any bytes.
namespace cohort::runtime::fixes {

struct export_replacement {
  std::string file;
  std::optional<uint64_t> offset; // Bytes.
  uint64_t length = 0;
  std::string text;
};

/// A diagnostic's words, or those of a note of it.
struct export_message {
  std::string text;
  std::string file; // Where it stands; may be empty.
  uint64_t offset = 0;
  std::vector<export_replacement> replacements;
};

struct export_diagnostic {
  std::string name;   // Of the check; "clang-diagnostic-error" for an error.
  std::string folder; // What file names are relative to.
  std::string level;  // "Warning", "Error"; empty before LLVM 9.
  export_message own;
  std::vector<export_message> notes;
};

struct clang_export {
  std::string main_file;
  std::vector<export_diagnostic> diagnostics;
  std::vector<export_replacement> replacements; // The older form.
};

/// Errors: invalid_request, "SOURCE:LINE: what is wrong".
expected<clang_export> parse_clang_export(std::string_view text,
                                          const std::string& source);

/// A name in the export as an absolute one, where its folder says so.
std::string full_name(const std::string& file, const std::string& folder);

} // namespace cohort::runtime::fixes
