#pragma once

#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// Fixes that follow from what an error says and from the text at its place,
/// where the compilers name the fault but propose no edit.
///
/// Pure. A proposal is only that: it is tried, and kept when the compilers
/// agree.
///
/// | rule        | answers                                              |
/// | ----------- | ---------------------------------------------------- |
/// | keyword     | a word one slip away from a keyword, used only once  |
/// | std         | an undeclared name that the standard library has     |
/// | member      | `.` for `->` and the other way round                 |
/// | colon       | `std:string`                                         |
/// | declaration | a use is right, and the declaration is misspelt      |
/// | typename    | a dependent type without it                          |
namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// `content` is the file that the error stands in; columns that lie outside
/// give nothing.
[[nodiscard]] std::vector<pb::Fix> rule_fixes(const pb::Diagnostic& error,
                                              std::string_view content);

} // namespace cohort::runtime::execution
