#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cohort::runtime::toolchain {

/// The words of a compile command with what they refer to in their place:
/// "@file" by that file's words, as GCC reads it, several levels deep; and
/// CMake's "-include cmake_pch.hxx", which lists headers of the workspace by
/// absolute names, by an "-include" of each. Files that cannot be read, or that
/// are too large to be such, stay as they are.
std::vector<std::string>
expand_arguments(std::vector<std::string> arguments,
                 const std::filesystem::path& directory);

} // namespace cohort::runtime::toolchain
