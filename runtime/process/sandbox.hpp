#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "runtime/process/runner.hpp"

/// A confined program as bubblewrap (0.7 or newer) is to start it, and what its
/// end means. Pure.
namespace cohort::runtime::process {

/// What is found at a path and below it.
enum class view : uint8_t {
  readable,      // As on the host; nothing can be changed.
  writable,      // As on the host.
  scratch,       // An empty folder of the program's own, gone with it.
  hidden_folder, // An empty folder, too small to be of use.
  hidden_file,   // A file that cannot be opened.
};

/// By absolute path. Of several that lead to a file the longest counts; where
/// there is none, the file is readable. REQUIRES: what is to be hidden or
/// scratch is there, or lies in what is.
using view_map = std::map<std::filesystem::path, view>;

/// Memory that one scratch folder may take.
inline constexpr uint64_t scratch_bytes = 1ULL << 30;

/// Makes `path` readable, unless it already is, or stands in `views` itself.
void show(view_map& views, const std::filesystem::path& path);

/// Makes `path` be seen as `how`, unless nothing of the host's is seen there.
void hide(view_map& views, const std::filesystem::path& path, view how);

/// Returns the arguments that run `what` on a host that is seen as `host`, and
/// as what.confined asks for: in namespaces of its own, where no other process
/// is seen and the first one's end is everybody's; without any capability; and
/// dying with whoever starts it. What it adds to the environment is among the
/// arguments: a workspace has a say in it, and bubblewrap itself must not see
/// it. The folder of a program that is named by its
/// path can be read. REQUIRES: what.confined, why_impossible(what).empty().
[[nodiscard]] std::vector<std::string> sandbox_arguments(const command& what,
                                                         const view_map& host);

/// Returns the end of `program`, whose sandbox ended with `result`: bubblewrap
/// turns signal N into exit code 128 + N, as shells do, and says on standard
/// error why it could not start something.
[[nodiscard]] outcome outcome_in_sandbox(outcome result,
                                         const std::string& program);

} // namespace cohort::runtime::process
