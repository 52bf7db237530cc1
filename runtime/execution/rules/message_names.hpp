#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// What a compiler's message says, and the names that it puts between quotes.
///
/// Pure; the quotes are plain ones, as a diagnostics parser leaves them.
namespace cohort::runtime::execution::rules {

namespace pb = messages::v1;

[[nodiscard]] bool says(const pb::Diagnostic& error, std::string_view words);

/// Whether it is about a name that nobody declared.
[[nodiscard]] bool is_undeclared(const pb::Diagnostic& error);

/// What stands between quotes, in order.
[[nodiscard]] std::vector<std::string_view>
quoted_texts(std::string_view message);

/// Those of them that are identifiers.
[[nodiscard]] std::vector<std::string> quoted_names(std::string_view message);

/// Those that are identifiers without what qualifies them and their arguments.
[[nodiscard]] std::vector<std::string>
unqualified_names(std::string_view message);

/// Of "in call to 'T n::c::f(int)'" and "'f' declared here": "f"; else "".
[[nodiscard]] std::string quoted_function(std::string_view message);

} // namespace cohort::runtime::execution::rules
