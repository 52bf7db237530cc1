#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <set>
#include <system_error>

#include "nodes/fixes_report.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/fixes/readers.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::nodes {

namespace {

namespace fs = std::filesystem;
using runtime::errc;
using runtime::error;
using runtime::expected;
using runtime::workspace::base_files;
using runtime::workspace::proposal;

/// What is looked at in folders; a file that is named itself may be called
/// anything.
bool is_fix_file(const fs::path& file) {
  static const std::set<std::string> endings{
    ".yaml", ".yml", ".sarif", ".json", ".diff", ".patch", ".md", ".txt"};
  return endings.count(file.extension().string()) > 0;
}

struct input_file {
  std::string name;
  bool is_named = true; // Else it was found in a folder.
};

/// The files that the arguments mean, those of folders by name.
expected<std::vector<input_file>>
list_inputs(const std::vector<std::string>& arguments) {
  std::vector<input_file> result;
  for (auto& argument : arguments) {
    std::error_code failed;
    if (argument == "-" || !fs::is_directory(argument, failed)) {
      result.push_back({argument, true});
      continue;
    }
    std::vector<std::string> found;
    for (auto it = fs::recursive_directory_iterator{argument, failed};
         !failed && it != fs::recursive_directory_iterator{};
         it.increment(failed))
      if (it->is_regular_file(failed) && is_fix_file(it->path()))
        found.push_back(it->path().string());
    if (failed)
      return error{errc::workspace_unreadable,
                   "cannot read " + argument + ": " + failed.message()};
    std::sort(found.begin(), found.end());
    for (auto& name : found)
      result.push_back({std::move(name), false});
  }
  return result;
}

expected<std::string> read_input(const std::string& name) {
  if (name != "-")
    return runtime::workspace::read_file(name);
  return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
}

/// Numbers say nothing of a file that changed after they were counted.
void refuse_later_changes(std::vector<proposal>& proposals,
                          const std::string& input, base_files& files) {
  struct stat made {};
  if (input == "-" || stat(input.c_str(), &made) != 0)
    return;
  auto time_of = [](const struct stat& of) {
    return std::pair{of.st_mtim.tv_sec, of.st_mtim.tv_nsec};
  };
  for (auto& one : proposals)
    for (auto& edit : one.fix.edits()) {
      auto& file = files.find(edit.file());
      if (one.is_by_place && !one.refused && !file.closed
          && one.bases.count(file.path) == 0
          && time_of(file.seen) > time_of(made))
        one.refused = runtime::workspace::objection{
          runtime::workspace::refusal::stale, file.path + " was changed after "
                                                + input
                                                + " was written; make it anew"};
    }
}

/// All proposals of all inputs. Says on standard error what cannot be read;
/// `is_readable` is false then, unless it only was found in a folder and has
/// no fixes.
std::vector<proposal> read_all(const std::vector<input_file>& inputs,
                               base_files& files, bool& is_readable) {
  auto lookup = [&](const std::string& name) -> const auto& {
    return files.find(name);
  };
  std::vector<proposal> result;
  for (auto& [input, is_named] : inputs) {
    auto text = read_input(input);
    if (text && !is_named && !runtime::fixes::is_known_format(*text)) {
      std::cerr << "cohort: " << input << " has no fixes; left out\n";
      continue;
    }
    auto read = text ? runtime::fixes::read_fixes(
                  *text, input == "-" ? "standard input" : input, lookup)
                     : text.error();
    if (read) {
      refuse_later_changes(*read, input, files);
      std::move(read->begin(), read->end(), std::back_inserter(result));
    } else {
      std::cerr << "cohort: " << read.error().message << '\n';
      is_readable = false;
    }
  }
  return result;
}

int fail_fixes(const error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

int code_of(const runtime::workspace::choice& what) {
  if (what.refused.empty())
    return 0;
  return what.chosen.empty() ? 1 : 3;
}

} // namespace

int apply_fixes(const std::vector<std::string>& arguments,
                const task_options& options) {
  std::error_code failed;
  auto root = fs::canonical(options.workspace, failed);
  if (failed || !fs::is_directory(root, failed))
    return fail_fixes(
      {errc::workspace_unreadable, "the workspace " + options.workspace
                                     + " is not a folder that can be read"});
  auto inputs = list_inputs(arguments);
  if (!inputs)
    return fail_fixes(inputs.error());
  base_files files{root};
  auto is_readable = true;
  auto proposals = read_all(*inputs, files, is_readable);
  if (!is_readable)
    return fail_fixes({errc::workspace_unreadable,
                       "nothing was done: mend these, or leave them out"});
  auto scope = scope_of(options.scope);
  auto outcome = options.apply
                   ? runtime::fixes::apply_fixes(proposals, files, scope)
                   : runtime::fixes::plan_fixes(proposals, files, scope);
  if (!outcome)
    return fail_fixes(outcome.error());
  auto is_text = options.format == output_format::text;
  auto diff = is_text && options.apply ? expected<std::string>{""}
                                       : fixes_diff(*outcome);
  if (!diff && !options.apply)
    return fail_fixes(diff.error());
  if (!diff) // The files are changed by now.
    std::cerr << "cohort: no diff: " << diff.error().message << '\n';
  auto shown = diff ? *diff : std::string{};
  if (is_text)
    std::cout << (shown.empty() ? "" : shown + '\n')
              << fixes_text(*outcome, options.apply);
  else
    std::cout << fixes_json(*outcome, options.apply, shown);
  return code_of(outcome->choice);
}

} // namespace cohort::nodes
