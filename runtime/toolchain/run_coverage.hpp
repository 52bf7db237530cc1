#pragma once

#include <filesystem>
#include <stop_token>

#include "messages/v1/coverage.pb.h"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/toolchain/prepare.hpp"

/// Builds a project so that it notes which lines are executed, runs its tests,
/// and reads what was noted.
///
/// What notes it is put into the build by a file of cohort's own that CMake
/// reads after `project()`: the project's and the user's flags stay as they
/// are.
namespace cohort::runtime::toolchain {

/// Writes that file into `folder`, which CMake must be able to read: in a
/// sandbox it sees the tree and the build folder. Returns the request with the
/// argument that names it. Errors: storage_failed.
expected<prepare_request> instrument(prepare_request request,
                                     const std::filesystem::path& folder);

/// Builds, forgets older counts, runs ctest, and reads the counts with the tool
/// of the project's own compiler (gcov, or llvm-profdata and llvm-cov). A test
/// that fails counts as one that passes: its lines were executed. A unit that
/// no test ran counts as missed. A step that fails as a whole gives no files
/// but a `failure`, with its last words. REQUIRES: `project` was prepared from
/// an instrumented request; CMake 3.21; GCC 9 or LLVM 11.
pb::CoverageReport
run_coverage(const project& project, const pb::CoverageUnit& what,
             const toolchain_settings& settings,
             const process::process_settings& limits,
             process::runner& processes, std::stop_token stop);

} // namespace cohort::runtime::toolchain
