#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/specialist.pb.h"
#include "messages/v1/task.pb.h"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"

/// Programs that judge single files: how they are asked, and what their answer
/// means. What such a program says MUST depend on the file alone, on files that
/// its command names, and on those in which it finds something.
namespace cohort::runtime::toolchain {

namespace pb = messages::v1;

/// The tool of that name, or nullptr.
[[nodiscard]] const pb::FileTool* find_tool(const pb::ToolchainRequest& request,
                                            const std::string& name);

/// Whether `tool` judges `file`.
[[nodiscard]] bool judges(const pb::FileTool& tool, const std::string& file);

/// Which of `files` (of a tree, sorted) each tool judges. Tools that judge none
/// are left out, and so are those whose program cannot be found; a program with
/// a '/' in its name lies in `tree`.
[[nodiscard]] std::vector<pb::ToolUnits>
tool_units(const pb::ToolchainRequest& request,
           const std::vector<std::string>& files,
           const std::filesystem::path& tree);

/// The tools of `units` that know how to test the project.
[[nodiscard]] std::vector<pb::FileTool>
testing_tools(const pb::ToolchainRequest& request,
              const std::vector<pb::ToolUnits>& units);

/// The check of `file`, in the worktree `tree`.
[[nodiscard]] process::command
check_command(const pb::FileTool& tool, const std::string& file,
              const std::filesystem::path& tree,
              const process::process_settings& limits);

/// What a finished check says: exit status 0, nothing. Else each line
/// FILE:LINE: MESSAGE, FILE:LINE:COLUMN: MESSAGE or FILE(LINE,COLUMN): MESSAGE
/// about a file of the worktree is an error there; where there is none, the
/// first line is one of the file's line 1. A program that did not start, died,
/// or was killed gives `failure`. All text is valid UTF-8.
[[nodiscard]] pb::UnitReport
read_check(const pb::FileTool& tool, const std::string& file,
           const std::filesystem::path& tree, const process::outcome& result);

/// What the answer depends on, as absolute paths, sorted: the files of
/// `report`, and those that the command names.
[[nodiscard]] std::vector<std::string>
files_opened(const pb::FileTool& tool, const std::filesystem::path& tree,
             const pb::UnitReport& report);

} // namespace cohort::runtime::toolchain
