#pragma once

#include <string>
#include <string_view>

/// What build systems and CI services put around a compiler's words.
///
/// Pure; linear in the line.
namespace cohort::runtime::logs {

/// Returns the line as the compiler printed it: without colours, control
/// characters and a carriage return, and without what stands before it, any
/// number of these in any order:
///
/// | times      | `2024-05-01T10:00:00.123Z`, `[10:00:00]`, `10:00:00.5`      |
/// | docker     | `#12 3.456`                                                 |
/// | CI marks   | `##[error]`, `[ERROR]`, `remote:`                           |
/// | progress   | `[ 12%]`, `[3/120]`, `12>` (MSBuild), `name>`, `name \|`    |
///
/// GitHub's `::error file=a.c,line=3,col=7::text` becomes `a.c:3:7: error:
/// text`, as does Maven's `[ERROR] a.c:[3,7] text`. Quotes that lost their
/// encoding on the way are plain again. Blanks at the begin stay.
std::string clean_line(std::string_view raw);

} // namespace cohort::runtime::logs
