#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/text_lines.hpp"
#include "runtime/toolchain/check_arguments.hpp"
#include "runtime/toolchain/clang_tidy.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/toolchain/diagnostics.hpp"
#include "runtime/toolchain/fix_builder.hpp"
#include "runtime/toolchain/forced_includes.hpp"
#include "runtime/toolchain/paths.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

/// Makes the names that a compiler printed relative to the worktree.
class name_mapper {
public:
  name_mapper(std::string directory, const fs::path& tree)
    : directory_{std::move(directory)}, tree_{absolute("/", tree.string())} {
    std::error_code failed;
    canonical_ = absolute("/", fs::weakly_canonical(tree, failed).string());
  }

  const std::string& operator()(const std::string& printed) {
    auto [it, is_new] = known_.try_emplace(printed);
    if (is_new)
      it->second = analysis::valid_utf8(map(printed));
    return it->second;
  }

  /// The name below the worktree, or "".
  std::string inside(const std::string& printed) {
    auto& result = (*this)(printed);
    return result.starts_with('/') || is_invented(result) ? "" : result;
  }

  [[nodiscard]] std::string full(const std::string& printed) const {
    return absolute(directory_, printed);
  }

private:
  /// "<command-line>", "<built-in>"
  static bool is_invented(std::string_view name) {
    return name.empty() || name.front() == '<';
  }

  [[nodiscard]] std::string map(const std::string& printed) const {
    if (is_invented(printed))
      return printed;
    auto result = full(printed);
    for (auto& root : {tree_, canonical_})
      if (auto inside = relative_inside(root, result); !inside.empty())
        return inside;
    return result;
  }

  std::string directory_;
  std::string tree_;
  std::string canonical_;
  std::map<std::string, std::string> known_;
};

void map_names(pb::Diagnostic& diagnostic, name_mapper& map) {
  if (diagnostic.has_location())
    diagnostic.mutable_location()->set_file(map(diagnostic.location().file()));
  for (auto& note : *diagnostic.mutable_notes())
    map_names(note, map);
  for (auto& fix : *diagnostic.mutable_fixes()) {
    fix.set_target_file(map(fix.target_file()));
    for (auto& edit : *fix.mutable_edits())
      edit.set_file(map(edit.file()));
    sort_edits(fix); // By the names that they have now.
  }
}

/// The bytes of files by the names that a compiler printed, each read once.
class file_cache {
public:
  explicit file_cache(const name_mapper& names) : names_{names} {
    // nop
  }

  const std::string* operator()(const std::string& printed) {
    auto [it, is_new] = known_.try_emplace(printed);
    if (is_new)
      if (auto bytes = workspace::read_file(names_.full(printed)))
        it->second = std::move(*bytes);
    return it->second ? &*it->second : nullptr;
  }

private:
  const name_mapper& names_;
  std::map<std::string, std::optional<std::string>> known_;
};

/// A header filter may let findings in files of others through.
bool is_foreign_finding(const pb::Diagnostic& diagnostic) {
  return diagnostic.tool() == clang_tidy && !diagnostic.option().empty()
         && diagnostic.location().file().starts_with('/');
}

/// What a compiler that printed no diagnostic said: its first line about an
/// error, or else its first line.
std::string main_words(std::string_view text) {
  std::string_view first;
  std::string_view about_error;
  for_each_line(text, [&](std::string_view line) {
    auto is_words = !line.empty() && line.front() != '.' && line.front() != '[';
    if (is_words && first.empty())
      first = line;
    if (is_words && about_error.empty() && line.find("error: ") != line.npos)
      about_error = line;
  });
  constexpr size_t length_max = 300;
  return analysis::valid_utf8(
    (about_error.empty() ? first : about_error).substr(0, length_max));
}

std::string failure_of(const std::string& compiler,
                       const process::outcome& result,
                       const parsed_diagnostics& parsed, bool has_error) {
  auto said = compiler + ": " + process::describe(result);
  if (result.status != process::status::exited)
    return analysis::valid_utf8(said);
  if (!parsed.crash.empty())
    return said + ": " + analysis::valid_utf8(parsed.crash);
  if (result.exit_code == 0 || has_error)
    return "";
  auto words = main_words(result.err);
  return said + ": " + (words.empty() ? "it said nothing" : words);
}

/// The files that a compiler opened, by the names that it printed.
std::vector<std::string>
names_read(const project& project, const compile_entry* entry,
           const std::string& compiler, const fs::path& tree,
           const process::outcome& result) {
  auto is_tidy = compiler == clang_tidy;
  auto names = is_tidy ? std::vector<std::string>{}
                       : read_dependencies(result.out);
  auto has_rule = !names.empty();
  auto add = [&](std::vector<std::string> more) {
    std::move(more.begin(), more.end(), std::back_inserter(names));
  };
  add(read_includes(result.err));
  if (!has_rule && entry)
    add(forced_includes(check_arguments(project, *entry,
                                        is_tidy ? "clang" : compiler, tree),
                        check_directory(project, *entry, tree), tree));
  return names;
}

} // namespace

pb::UnitReport read_check(const project& project, const std::string& unit,
                          const std::string& compiler, const fs::path& tree,
                          const process::outcome& result) {
  auto* entry = find_entry(project, unit);
  auto directory = entry ? check_directory(project, *entry, tree)
                         : tree.string();
  name_mapper map{directory, tree};
  file_cache cache{map};
  file_reader files = [&](const std::string& name) { return cache(name); };
  pb::UnitReport report;
  report.set_unit(unit);
  report.set_tool(compiler);
  report.set_seconds(result.cpu.count() > 0 ? result.cpu.count()
                                            : result.wall.count());

  auto parsed = compiler == "clang"      ? read_clang(result.err, files)
                : compiler == clang_tidy ? read_tidy(result.out, unit, files)
                                         : read_gcc_json(result.err, files);
  bool has_error = false;
  for (auto& diagnostic : parsed.diagnostics) {
    auto is_error = diagnostic.severity() >= pb::SEVERITY_ERROR;
    if (is_error && diagnostic.location().file().empty())
      parsed.crash
        = diagnostic.message(); // About the command, not the workspace.
    if (diagnostic.severity() < pb::SEVERITY_WARNING
        || diagnostic.location().file().empty())
      continue;
    diagnostic.add_units(unit);
    map_names(diagnostic, map);
    if (is_foreign_finding(diagnostic))
      continue;
    has_error |= is_error;
    *report.add_diagnostics() = std::move(diagnostic);
  }
  report.set_failure(failure_of(compiler, result, parsed, has_error));
  report.set_ok(report.failure().empty() && !has_error);

  std::set<std::string> reads{unit};
  for (auto& name : names_read(project, entry, compiler, tree, result))
    if (auto inside = map.inside(name); !inside.empty())
      reads.insert(std::move(inside));
  report.mutable_reads()->Assign(reads.begin(), reads.end());
  return report;
}

std::vector<std::string>
files_opened(const project& project, const std::string& unit,
             const std::string& compiler, const fs::path& tree,
             const process::outcome& result) {
  auto* entry = find_entry(project, unit);
  if (!entry || result.status != process::status::exited)
    return {};
  auto directory = check_directory(project, *entry, tree);
  std::set<std::string> opened{absolute(tree.string(), unit)};
  for (auto& name : names_read(project, entry, compiler, tree, result))
    opened.insert(absolute(directory, name));
  if (compiler == clang_tidy)
    for (auto& name : tidy_configurations({opened.begin(), opened.end()}))
      opened.insert(name);
  return {opened.begin(), opened.end()};
}

} // namespace cohort::runtime::toolchain
