#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/task.pb.h"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/toolchain/settings.hpp"

/// The C and C++ toolchain: how a workspace is configured, checked and tested.
namespace cohort::runtime::toolchain {

namespace pb = messages::v1;

/// One entry of compile_commands.json, its paths made absolute.
struct compile_entry {
  std::string unit;                   // Main file, relative to the source root.
  std::string directory;              // Where the compiler runs.
  std::vector<std::string> arguments; // argv, without response files.
};

/// A configured workspace. Paths inside `source_root` are mapped to a slot's
/// worktree when a command is built; `build_dir` is shared and only read.
struct project {
  std::filesystem::path source_root;
  std::filesystem::path build_dir;
  std::vector<compile_entry>
    entries; // Sorted by unit; one an entry, duplicates kept.
  bool has_tests = false;
};

/// Reads and validates a compile_commands.json. Entries whose file lies outside
/// `source_root`, or in the build folder, are left out. Response files are
/// read, and so are CMake's lists of headers to precompile, which name files of
/// the workspace. `source_root` of the result is spelt as the entries spell it,
/// and `build_dir` is where the file really lies (a link in the workspace is
/// followed). Errors: no_toolchain, naming file, entry and what is wrong with
/// it.
expected<project>
read_compile_commands(const std::filesystem::path& file,
                      const std::filesystem::path& source_root);

/// Distinct units, sorted; those that match one of `globs` when there are any.
[[nodiscard]] std::vector<std::string>
units_of(const project& project, const std::vector<std::string>& globs);

/// The other ways in which `unit` is built, by other targets with other
/// options, say: for each entry of it but the first a project with that entry
/// alone.
[[nodiscard]] std::vector<project> other_builds_of(const project& project,
                                                   const std::string& unit);

/// Compilers of `settings.compilers` that are installed, the one that the
/// project's own commands use first.
[[nodiscard]] std::vector<std::string>
installed_compilers(const project& project, const toolchain_settings& settings,
                    process::runner& processes, std::stop_token stop = {});

/// The syntax-only check of `unit`, as its first entry builds it, by `compiler`
/// ("gcc", "clang", or "clang-tidy" with the checks of `asked`) in the worktree
/// `tree`: output options removed, diagnostics in a form that `read_check`
/// understands, warnings of the project not errors, `-isystem` inside the
/// workspace turned into `-I`, the first compiler's language standard stated.
/// The compiler of the other family than the project's gets the options that
/// both know. What was read is listed as a make rule on standard output and,
/// because there is no rule after a fatal error, as `-H` does on standard
/// error. The warnings of `asked` are errors. Errors: not_found (no such unit),
/// invalid_request (no such compiler).
expected<process::command>
check_command(const project& project, const std::string& unit,
              const std::string& compiler, const std::filesystem::path& tree,
              const toolchain_settings& settings,
              const process::process_settings& limits,
              const pb::ToolchainRequest& asked);

/// What a finished check says. File names inside `tree` become relative to it.
/// A compiler that crashed, hung or printed garbage gives `failure`. All text
/// of the report is valid UTF-8. REQUIRES: the files of `tree` are as the
/// compiler read them.
[[nodiscard]] pb::UnitReport
read_check(const project& project, const std::string& unit,
           const std::string& compiler, const std::filesystem::path& tree,
           const process::outcome& result);

/// Every file that the check opened, inside `tree` or not, as absolute paths,
/// sorted. Empty when that is not known.
[[nodiscard]] std::vector<std::string>
files_opened(const project& project, const std::string& unit,
             const std::string& compiler, const std::filesystem::path& tree,
             const process::outcome& result);

} // namespace cohort::runtime::toolchain
