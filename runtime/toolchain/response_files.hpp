#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cohort::runtime::toolchain {

/// The words of a compile command with what they refer to in their place:
/// "@file" by that file's words, as GCC reads it, several levels deep; and
/// CMake's "-include cmake_pch.hxx", which lists headers of the workspace by
/// absolute names, by an "-include" of each. Files that cannot be read, that
/// are too large to be such, or that lie in none of `roots` once links are
/// followed, stay as they are: a workspace could name any file of the user's,
/// and have a compiler quote it. REQUIRES: `roots` have no links in them.
std::vector<std::string>
expand_arguments(std::vector<std::string> arguments,
                 const std::filesystem::path& directory,
                 const std::vector<std::filesystem::path>& roots);

} // namespace cohort::runtime::toolchain
