#include "runtime/toolchain/clang_tidy.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/fixes/clang_export.hpp"
#include "runtime/text_lines.hpp"
#include "runtime/toolchain/fix_builder.hpp"
#include "runtime/workspace/edits.hpp"
#include "runtime/workspace/snapshot_files.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view compile_error = "clang-diagnostic-";

std::string checks_of(const pb::ToolchainRequest& asked) {
  std::string result = "-*";
  for (auto& check : asked.tidy_checks())
    result += ',' + check;
  return result;
}

/// Whether one of the names in a list of checks, one a line, matches.
bool is_listed(std::string_view list, const std::string& check) {
  auto result = false;
  for_each_line(list, [&](std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    result = result
             || (!line.empty()
                 && workspace::matches_glob(check, std::string{line}));
  });
  return result;
}

/// The exported findings: what comes last on standard output.
std::string_view exported(std::string_view text) {
  constexpr std::string_view begin = "---\nMainSourceFile:";
  auto at = text.rfind(begin);
  auto is_line = at == 0 || (at != text.npos && text[at - 1] == '\n');
  return is_line ? text.substr(at) : std::string_view{};
}

/// Turns what it exports into diagnostics.
class tidy_reader {
public:
  explicit tidy_reader(const file_reader& files) : files_{files} {
    // nop
  }

  pb::Diagnostic read(const fixes::export_diagnostic& what) {
    pb::Diagnostic result;
    result.set_tool(std::string{clang_tidy});
    result.set_severity(pb::SEVERITY_ERROR);
    result.set_message(analysis::valid_utf8(what.own.text));
    locate(what.own, what.folder, *result.mutable_location());
    if (!what.name.starts_with(compile_error)) {
      result.set_option(analysis::valid_utf8(what.name));
      result.set_error_type(result.option());
    }
    add_fixes(what, result);
    return result;
  }

private:
  void locate(const fixes::export_message& where, const std::string& folder,
              pb::Location& to) {
    auto name = fixes::full_name(where.file, folder);
    to.set_file(name);
    auto* bytes = name.empty() ? nullptr : files_(name);
    if (bytes == nullptr || where.offset > bytes->size())
      return;
    auto& lines = lines_.try_emplace(name, *bytes).first->second;
    auto line = lines.line_of(where.offset);
    to.set_line(line);
    if (auto begin = lines.offset(line, 1))
      to.set_byte_column(static_cast<uint32_t>(where.offset - *begin + 1));
  }

  /// Its own replacements are one fix. Where it has none, those of its note
  /// are, unless several notes offer some.
  void add_fixes(const fixes::export_diagnostic& what, pb::Diagnostic& to) {
    if (!what.own.replacements.empty())
      return add_fix(what, what.own, false, to);
    auto offers = [](auto& note) { return !note.replacements.empty(); };
    if (std::count_if(what.notes.begin(), what.notes.end(), offers) == 1)
      add_fix(what, *std::find_if(what.notes.begin(), what.notes.end(), offers),
              true, to);
  }

  void add_fix(const fixes::export_diagnostic& what,
               const fixes::export_message& offer, bool on_note,
               pb::Diagnostic& to) {
    pb::Fix fix;
    for (auto& one : offer.replacements) {
      auto name = fixes::full_name(one.file, what.folder);
      auto* bytes = name.empty() ? nullptr : files_(name);
      auto fits = bytes != nullptr && one.offset && *one.offset <= bytes->size()
                  && one.length <= bytes->size() - *one.offset
                  && analysis::valid_utf8(one.text) == one.text;
      if (!fits)
        return;
      auto& edit = *fix.add_edits();
      edit.set_file(name);
      edit.set_begin(*one.offset);
      edit.set_end(*one.offset + one.length);
      edit.set_replacement(one.text);
    }
    fix.set_tool(std::string{clang_tidy});
    fix.add_voters(std::string{clang_tidy});
    fix.set_on_note(on_note);
    fix.set_message(to.message());
    fix.set_target_file(to.location().file());
    fix.set_target_line(to.location().line());
    sort_edits(fix);
    *to.add_fixes() = std::move(fix);
  }

  const file_reader& files_;
  std::map<std::string, workspace::line_index> lines_; // By name.
};

} // namespace

expected<void>
find_tidy_checks(const pb::ToolchainRequest& asked, const std::string& program,
                 process::runner& processes, std::stop_token stop) {
  if (asked.tidy_checks().empty())
    return {};
  process::command ask;
  ask.argv = {program, "--list-checks", "--checks=*"};
  ask.deadline = std::chrono::seconds{20};
  ask.cpu_bound = false;
  auto listed = processes.run(std::move(ask), std::move(stop));
  if (!listed.ok())
    return error{errc::no_toolchain,
                 "checks of clang-tidy are asked for, and `" + program
                   + " --list-checks` fails; install it, or name it in "
                     "toolchain.clang_tidy"};
  std::string unknown;
  for (auto& check : asked.tidy_checks())
    if (!check.starts_with('-') && !is_listed(listed.out, check))
      unknown += (unknown.empty() ? "" : ", ") + check;
  if (unknown.empty())
    return {};
  return error{errc::no_toolchain,
               program + " knows no check " + unknown + "; `" + program
                 + " --list-checks --checks='*'` names those that it has"};
}

std::vector<std::string>
tidy_arguments(const std::string& program, const pb::ToolchainRequest& asked,
               const fs::path& unit,
               const std::vector<std::string>& arguments) {
  // What it finds in files of others is left out when it is read.
  auto& filter = asked.header_filter();
  std::vector<std::string> result{program,
                                  "--quiet",
                                  "--checks=" + checks_of(asked),
                                  "--header-filter="
                                    + (filter.empty() ? ".*" : filter),
                                  "--export-fixes=-",
                                  unit.string(),
                                  "--"};
  result.insert(result.end(), arguments.begin(), arguments.end());
  result.insert(result.end(), {"-H", "-Wno-unknown-warning-option",
                               "-Wno-unused-command-line-argument"});
  return result;
}

parsed_diagnostics read_tidy(std::string_view text, const std::string& unit,
                             const file_reader& files) {
  parsed_diagnostics result;
  auto part = exported(text);
  result.understood = true; // Without findings it writes nothing.
  if (part.empty())
    return result;
  auto document = fixes::parse_clang_export(part, "clang-tidy on " + unit);
  if (!document) {
    result.understood = false;
    result.crash = document.error().message;
    return result;
  }
  tidy_reader reader{files};
  for (auto& diagnostic : document->diagnostics)
    result.diagnostics.push_back(reader.read(diagnostic));
  return result;
}

std::vector<std::string>
tidy_configurations(const std::vector<std::string>& files) {
  std::set<fs::path> folders;
  for (auto& file : files)
    for (auto folder = fs::path{file}.parent_path();
         !folder.empty() && folders.insert(folder).second;
         folder = folder.parent_path()) {
    }
  std::vector<std::string> result;
  std::error_code failed;
  for (auto& folder : folders)
    if (auto file = folder / ".clang-tidy"; fs::exists(file, failed))
      result.push_back(file.string());
  return result;
}

} // namespace cohort::runtime::toolchain
