#pragma once

#include <optional>
#include <string_view>

#include "config/settings.hpp"
#include "runtime/coordination/specialists.hpp"

/// Who does which kind of work, as a configuration says.
///
/// Pure.
namespace cohort::config {

/// Custom specialties first, in the order of the file. Where a specialty of
/// cohort's own names no executors, those for C and C++ work on it; languages
/// check what all specialties about code work on.
/// REQUIRES: `values` come from `load`.
[[nodiscard]] runtime::coordination::specialists
specialists_of(const settings& values);

/// fixit, clang_tidy, and those that the program was built with.
[[nodiscard]] bool is_builtin_executor(std::string_view name,
                                       const settings& values);

/// "compilation_errors" and the like; nothing for a name of the user's own.
[[nodiscard]] std::optional<messages::v1::SpecialtyKind>
builtin_specialty(std::string_view name);

} // namespace cohort::config
