#pragma once

#include <string>
#include <vector>

#include "runtime/fixes/apply_fixes.hpp"

/// What a user reads about fixes. Pure.
namespace cohort::nodes {

/// The changes as one unified diff. Errors: invalid_request (see text_diff).
runtime::expected<std::string>
fixes_diff(const runtime::fixes::fix_outcome& outcome);

/// Counts, what several producers agreed on, and each refused fix with both
/// sides. `is_applied`: the files were changed.
std::string fixes_text(const runtime::fixes::fix_outcome& outcome,
                       bool is_applied);

/// {"applied","files":[PATH],"chosen":[FIX],"refused":[{"reason","text",
/// "fix":FIX,"conflicts_with":INDEX in chosen, or null}],"diff"}, a FIX being
/// {"message","tool","voters","edits":[{"file","begin","end","replacement"}]},
/// offsets in bytes.
std::string fixes_json(const runtime::fixes::fix_outcome& outcome,
                       bool is_applied, const std::string& diff);

} // namespace cohort::nodes
