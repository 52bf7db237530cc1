#include "runtime/toolchain/file_tool.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/process/find_program.hpp"
#include "runtime/text_lines.hpp"
#include "runtime/toolchain/located_line.hpp"
#include "runtime/toolchain/paths.hpp"
#include "runtime/workspace/snapshot_files.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view placeholder = "{file}";
constexpr size_t message_bytes_max = 1000;
constexpr int findings_max = 1000; // Of one file.
/// What shells say of a program that is not there, or cannot be started.
constexpr int cannot_start_min = 126;
constexpr int cannot_start_max = 127;

std::string with_file(std::string argument, const std::string& file) {
  // A name is no option.
  auto name = file.starts_with('-') ? "./" + file : file;
  for (auto at = argument.find(placeholder); at != std::string::npos;
       at = argument.find(placeholder, at + name.size()))
    argument.replace(at, placeholder.size(), name);
  return argument;
}

bool can_start(const std::string& program, const fs::path& tree) {
  auto is_path = program.find('/') != std::string::npos;
  return !process::find_program(is_path ? (tree / program).string() : program)
            .empty();
}

/// The name below the worktree of what a tool printed; "" for what is no file
/// there.
std::string inside(const fs::path& tree, std::string_view printed) {
  std::error_code failed;
  auto root = tree.string();
  auto full = absolute(root, printed);
  return fs::is_regular_file(full, failed) ? relative_inside(root, full) : "";
}

std::string words_of(std::string_view text) {
  return analysis::valid_utf8(text.substr(0, message_bytes_max));
}

std::string_view first_line(std::string_view text) {
  std::string_view result;
  for_each_line(text, [&](std::string_view line) {
    if (result.empty() && line.find_first_not_of(" \t") != line.npos)
      result = line;
  });
  return result;
}

void add_finding(pb::UnitReport& report, located_line where) {
  auto& error = *report.add_diagnostics();
  error.set_tool(report.tool());
  error.set_severity(pb::SEVERITY_ERROR);
  error.mutable_location()->set_file(std::move(where.file));
  error.mutable_location()->set_line(where.line);
  error.mutable_location()->set_byte_column(where.column);
  error.set_message(words_of(where.message));
  error.add_units(report.unit());
}

void add_findings(pb::UnitReport& report, const fs::path& tree,
                  const process::outcome& result) {
  auto find = [&](std::string_view printed) { return inside(tree, printed); };
  for (auto* text : {&result.out, &result.err})
    for_each_line(*text, [&](std::string_view line) {
      if (report.diagnostics_size() == findings_max)
        return;
      if (auto found = read_located_line(line, find))
        add_finding(report, std::move(*found));
    });
  if (report.diagnostics_size() > 0)
    return;
  auto words = first_line(result.out);
  if (words.empty())
    words = first_line(result.err);
  auto fallback = "the check " + report.tool() + " fails";
  add_finding(report, {report.unit(), 1, 0, words.empty() ? fallback : words});
}

std::string failure_of(const pb::FileTool& tool,
                       const process::outcome& result) {
  auto is_verdict = result.status == process::status::exited
                    && (result.exit_code < cannot_start_min
                        || result.exit_code > cannot_start_max);
  if (is_verdict)
    return {};
  auto words = result.message.empty() ? first_line(result.err)
                                      : std::string_view{result.message};
  return words_of(tool.name() + ": " + process::describe(result)
                  + (words.empty() ? "" : ": " + std::string{words}));
}

} // namespace

const pb::FileTool* find_tool(const pb::ToolchainRequest& request,
                              const std::string& name) {
  for (auto& tool : request.file_tools())
    if (tool.name() == name)
      return &tool;
  return nullptr;
}

bool judges(const pb::FileTool& tool, const std::string& file) {
  return std::any_of(tool.files().begin(), tool.files().end(), [&](auto& glob) {
    return workspace::matches_glob(glob, file);
  });
}

std::vector<pb::ToolUnits> tool_units(const pb::ToolchainRequest& request,
                                      const std::vector<std::string>& files,
                                      const fs::path& tree) {
  std::vector<pb::ToolUnits> result;
  for (auto& tool : request.file_tools()) {
    if (tool.check().empty() || !can_start(tool.check(0), tree))
      continue;
    pb::ToolUnits units;
    units.set_tool(tool.name());
    for (auto& file : files)
      if (judges(tool, file))
        units.add_units(file);
    if (!units.units().empty())
      result.push_back(std::move(units));
  }
  std::sort(result.begin(), result.end(),
            [](auto& x, auto& y) { return x.tool() < y.tool(); });
  return result;
}

std::vector<pb::FileTool>
testing_tools(const pb::ToolchainRequest& request,
              const std::vector<pb::ToolUnits>& units) {
  std::vector<pb::FileTool> result;
  for (auto& one : units)
    if (auto* tool = find_tool(request, one.tool());
        tool != nullptr && !tool->tests().empty())
      result.push_back(*tool);
  return result;
}

process::command check_command(const pb::FileTool& tool,
                               const std::string& file, const fs::path& tree,
                               const process::process_settings& limits) {
  process::command result;
  for (auto& argument : tool.check())
    result.argv.push_back(with_file(argument, file));
  result.working_directory = tree.string();
  result.deadline = limits.check_timeout;
  if (tool.has_deadline())
    result.deadline = std::chrono::seconds{tool.deadline().seconds()}
                      + std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::nanoseconds{tool.deadline().nanos()});
  result.output_limit_bytes = limits.output_limit_bytes;
  result.memory_limit_bytes = limits.memory_limit_bytes;
  return result;
}

pb::UnitReport read_check(const pb::FileTool& tool, const std::string& file,
                          const fs::path& tree,
                          const process::outcome& result) {
  pb::UnitReport report;
  report.set_unit(file);
  report.set_tool(tool.name());
  report.set_seconds(result.wall.count());
  report.set_failure(failure_of(tool, result));
  if (report.failure().empty() && result.exit_code != 0)
    add_findings(report, tree, result);
  report.set_ok(report.failure().empty() && result.exit_code == 0);
  std::set<std::string> reads{file};
  for (auto& error : report.diagnostics())
    reads.insert(error.location().file());
  report.mutable_reads()->Assign(reads.begin(), reads.end());
  return report;
}

std::vector<std::string> files_opened(const pb::FileTool& tool,
                                      const fs::path& tree,
                                      const pb::UnitReport& report) {
  std::set<std::string> result;
  for (auto& file : report.reads())
    result.insert(absolute(tree.string(), file));
  for (auto& argument : tool.check()) {
    // "--config=FILE" names one as well.
    for (auto& word : {argument, argument.substr(argument.find('=') + 1)}) {
      std::error_code failed;
      auto named = absolute(tree.string(), word);
      if (!word.empty() && fs::is_regular_file(named, failed))
        result.insert(named);
    }
  }
  return {result.begin(), result.end()};
}

} // namespace cohort::runtime::toolchain
