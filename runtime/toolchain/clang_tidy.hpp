#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/task.pb.h"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/toolchain/diagnostics.hpp"

/// clang-tidy as one more judge of a unit: each finding of the checks that were
/// asked for is an error.
namespace cohort::runtime::toolchain {

/// Stands for it where a compiler's name does.
constexpr std::string_view clang_tidy = "clang-tidy";

/// Whether there is a clang-tidy that knows the checks of `asked`, where there
/// are any. Errors: no_toolchain, with those that it does not know.
expected<void>
find_tidy_checks(const pb::ToolchainRequest& asked, const std::string& program,
                 process::runner& processes, std::stop_token stop = {});

/// The check of a unit by the checks of `asked`: findings and their fixes go to
/// standard output, the names of what was read to standard error. The
/// workspace's .clang-tidy counts for the options of checks only. `arguments`
/// are clang's.
[[nodiscard]] std::vector<std::string>
tidy_arguments(const std::string& program, const pb::ToolchainRequest& asked,
               const std::filesystem::path& unit,
               const std::vector<std::string>& arguments);

/// What it says: as severe as an error, with the check as option and as error
/// type. A compile error has no check.
parsed_diagnostics read_tidy(std::string_view text, const std::string& unit,
                             const file_reader& files);

/// The configuration files that count for any of these files, all as absolute
/// paths; sorted.
[[nodiscard]] std::vector<std::string>
tidy_configurations(const std::vector<std::string>& files);

} // namespace cohort::runtime::toolchain
