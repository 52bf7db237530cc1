#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/toolchain/cxx.hpp"

namespace cohort::runtime::toolchain {

/// The arguments that say how a unit is read, as `compiler` ("gcc", "clang")
/// takes them, in the paths of the worktree `tree`: without program, main file,
/// outputs and inputs of the linker. A compiler of the other family than the
/// command's gets the portable ones only. REQUIRES: `entry` has arguments.
std::vector<std::string>
check_arguments(const project& project, const compile_entry& entry,
                const std::string& compiler, const std::filesystem::path& tree);

/// Where the check of an entry runs: its folder, or the worktree where that
/// folder does not exist.
std::string check_directory(const project& project, const compile_entry& entry,
                            const std::filesystem::path& tree);

/// The first entry of a unit, or nullptr.
const compile_entry* find_entry(const project& project,
                                const std::string& unit);

} // namespace cohort::runtime::toolchain
