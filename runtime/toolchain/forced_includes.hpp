#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cohort::runtime::toolchain {

/// The files of `tree` that `-include` and `-imacros` of a check's arguments
/// may read, found by looking at their `#include` lines without regard to
/// `#if`. Compilers list them neither after a fatal error (make rule) nor ever
/// (`-H`).
std::vector<std::string>
forced_includes(const std::vector<std::string>& arguments,
                const std::string& directory,
                const std::filesystem::path& tree);

} // namespace cohort::runtime::toolchain
