#pragma once

#include <string>
#include <string_view>

#include "runtime/toolchain/cxx.hpp"

/// Paths of compile commands, as text: nothing is looked up. Private to
/// toolchain/.
namespace cohort::runtime::toolchain {

/// `path`, made absolute by `directory`, without "." and "..".
std::string absolute(const std::string& directory, std::string_view path);

/// The part of an absolute path below `root`, or "" when it is not inside.
std::string relative_inside(const std::string& root, const std::string& path);

/// Maps an absolute path of the project to the worktree `tree`: what lies
/// inside the source root but not inside the build folder.
std::string to_tree(const project& project, const std::filesystem::path& tree,
                    const std::string& path);

/// Whether `path` would be mapped.
bool is_source(const project& project, const std::string& path);

} // namespace cohort::runtime::toolchain
