#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// Which proposals are not even tried, whatever the compilers say.
///
/// Pure. A repair may correct names and signs and put in what is missing. It
/// never removes code, silences an error, or edits a macro.
namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Returns why `edit` of `fix` may not be made in a file that holds `content`,
/// as the end of the sentence "not tried: ...", in UTF-8; or nothing.
[[nodiscard]] std::optional<std::string>
refuse_edit(const pb::Fix& fix, const pb::Edit& edit, std::string_view content);

/// Whether `edit` only puts in a missing sign of the program's structure.
[[nodiscard]] bool is_structural(const pb::Edit& edit);

/// Whether `edit` gives a name of the program another name: no keyword, no
/// added qualification.
[[nodiscard]] bool is_rename(const pb::Edit& edit, std::string_view content);

/// Whether an error says that the text is not of the language's shape: what
/// follows it may be in another scope than it seems.
[[nodiscard]] bool breaks_structure(const pb::Diagnostic& error);

/// Returns why a fix that only one compiler proposes may be an answer to a
/// consequence of another error, or nothing. It concerns fixes that put in
/// signs or take something out: those mend anything. `behind`: an error of
/// another file that comes first, if there is one; `errors`: those of the fix's
/// file, in the order of each compiler.
[[nodiscard]] std::optional<std::string>
refuse_cascade(const pb::Fix& fix, const pb::Diagnostic* behind,
               const std::vector<const pb::Diagnostic*>& errors);

} // namespace cohort::runtime::execution
