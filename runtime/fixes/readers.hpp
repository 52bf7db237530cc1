#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/workspace/base_files.hpp"

/// Readers of fixes that tools and agents write down.
///
/// Pure but for `file_lookup`. `source` is the text's own name, for messages
/// and as its producer. Linear in the text, which may be any bytes (diffs: in
/// the hunks times the lines that they may have moved; blocks of an answer:
/// each looks through its file once; SARIF: each region through its line).
/// Errors: invalid_request, "SOURCE:LINE: what is wrong", when the text is not
/// in its format; nothing of it counts then. A fix in it that cannot be placed
/// is a proposal with an objection.
namespace cohort::runtime::fixes {

using workspace::proposal;

/// Returns a file by the name that the text has for it.
using file_lookup
  = std::function<const workspace::base_file&(const std::string& name)>;

using read_result = expected<std::vector<proposal>>;

/// What `clang-tidy -export-fixes` writes and `clang-apply-replacements` reads:
/// YAML with byte offsets. The replacements of a diagnostic are one fix. Where
/// it has none, those of its note are, unless several notes have some: these
/// are alternatives. In the older form, a list of replacements without
/// diagnostics, those of one file are one fix. The producer is the main source
/// file.
read_result read_clang_fixes(std::string_view text, const std::string& source,
                             const file_lookup& files);

/// SARIF 2.1: the `fixes` of results. A result with several has alternatives.
/// Regions by lines and columns in either columnKind, or by bytes; hashes of
/// artifacts are the bases. The producer is the tool and the source.
read_result read_sarif(std::string_view text, const std::string& source,
                       const file_lookup& files);

/// A unified diff, git's or a plain one, with any text around it. It is one
/// fix, but for what GCC writes (-fdiagnostics-generate-patch; both names are
/// the same there), of which each hunk is one. The old lines of a hunk must be
/// in the file as they are, at the place that it says or, when it has context,
/// up to 200 lines away, whichever is nearer. Files are not made, removed or
/// renamed.
read_result read_unified_diff(std::string_view text, const std::string& source,
                              const file_lookup& files);

/// The answer of a coding agent: a file's name on a line, then
///     <<<<<<< SEARCH / lines / ======= / lines / >>>>>>> REPLACE
/// Each block's lines must be in its file at exactly one place; all blocks
/// together are one fix. A block without a name is about the same file as the
/// one before it.
read_result read_search_replace(std::string_view text,
                                const std::string& source,
                                const file_lookup& files);

/// Whether a text begins as one of these does, or is empty.
[[nodiscard]] bool is_known_format(std::string_view text);

/// Any of these, whichever it is; an empty text has no fixes.
read_result read_fixes(std::string_view text, const std::string& source,
                       const file_lookup& files);

} // namespace cohort::runtime::fixes
