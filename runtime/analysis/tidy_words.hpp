#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cohort::runtime::analysis {

/// The checks of clang-tidy that a description asks for, each once, in the
/// order of the text: by their names ("modernize-use-nullptr", "bugprone-*"),
/// or by what they do ("use override"). The phrases and their checks:
///
///   use override, missing override          modernize-use-override
///   use nullptr, replace NULL               modernize-use-nullptr
///   use using, replace typedef(s)           modernize-use-using
///   use auto                                modernize-use-auto
///   range-based for, range for              modernize-loop-convert
///   use emplace                             modernize-use-emplace
///   make_unique                             modernize-make-unique
///   make_shared                             modernize-make-shared
///   default member initializers             modernize-use-default-member-init
///   use default                             modernize-use-equals-default
///   add braces, missing braces readability-braces-around-statements use empty
///   readability-container-size-empty pass by value modernize-pass-by-value
///   explicit constructors                   google-explicit-constructor
///
/// Pure; any bytes are a description.
std::vector<std::string> tidy_checks_in(std::string_view description);

} // namespace cohort::runtime::analysis
