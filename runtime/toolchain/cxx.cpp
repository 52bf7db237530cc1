#include "runtime/toolchain/cxx.hpp"

#include <algorithm>
#include <utility>

#include "runtime/toolchain/check_arguments.hpp"
#include "runtime/toolchain/clang_tidy.hpp"
#include "runtime/toolchain/compile_options.hpp"
#include "runtime/workspace/snapshot_files.hpp"

namespace cohort::runtime::toolchain {

namespace fs = std::filesystem;

namespace {

bool is_family(const std::string& compiler) {
  return compiler == "gcc" || compiler == "clang";
}

/// "-Wconversion" as the option that makes an error of it.
std::string as_error(const std::string& warning) {
  auto is_off = warning.starts_with("-Wno-") || !warning.starts_with("-W");
  return is_off ? warning : "-Werror=" + warning.substr(2);
}

std::vector<std::string>
compile_arguments(const std::string& unit, const std::string& compiler,
                  const toolchain_settings& settings,
                  const pb::ToolchainRequest& asked, const fs::path& tree,
                  const std::vector<std::string>& arguments) {
  auto is_clang = compiler == "clang";
  auto& program = is_clang ? settings.clang : settings.gcc;
  std::vector<std::string> result{is_c_unit(unit) ? c_driver(program)
                                                  : program};
  auto add = [&](std::initializer_list<const char*> options) {
    result.insert(result.end(), options.begin(), options.end());
  };
  result.insert(result.end(), arguments.begin(), arguments.end());
  for (auto& warning : asked.warnings())
    result.push_back(as_error(warning));
  // Colours tell clang's own lines from source lines that look like them.
  if (is_clang)
    add({"-fdiagnostics-parseable-fixits", "-fcolor-diagnostics",
         "-ferror-limit=0", "-fno-crash-diagnostics",
         "-Wno-unknown-warning-option", "-Wno-unused-command-line-argument"});
  else
    add({"-fdiagnostics-format=json", "-fmax-errors=0"});
  // A make rule on standard output; and, as there is none after a fatal error,
  // the names of all headers on standard error. Never by the name /dev/stdout:
  // GCC removes the file that it could not finish, and root may remove that
  // one.
  add({"-fsyntax-only", "-H", "-MD", "-MF", "/proc/self/fd/1", "-MT", "unit"});
  result.push_back((tree / unit).string());
  return result;
}

} // namespace

std::vector<std::string> units_of(const project& project,
                                  const std::vector<std::string>& globs) {
  std::vector<std::string> result;
  for (auto& entry : project.entries) {
    auto is_wanted
      = globs.empty()
        || std::any_of(globs.begin(), globs.end(), [&](auto& glob) {
             return workspace::matches_glob(glob, entry.unit);
           });
    if (is_wanted && (result.empty() || result.back() != entry.unit))
      result.push_back(entry.unit);
  }
  return result;
}

std::vector<std::string>
installed_compilers(const project& project, const toolchain_settings& settings,
                    process::runner& processes, std::stop_token stop) {
  auto is_own = [&](const std::string& compiler) {
    if (project.entries.empty())
      return compiler == "gcc";
    auto& arguments = project.entries.front().arguments;
    return is_clang_program(arguments[program_index(arguments)])
           == (compiler == "clang");
  };
  std::vector<std::string> result;
  for (auto& compiler : settings.compilers) {
    if (!is_family(compiler))
      continue;
    process::command ask;
    ask.argv = {compiler == "clang" ? settings.clang : settings.gcc,
                "--version"};
    ask.deadline = std::chrono::seconds{20};
    ask.cpu_bound = false;
    if (processes.run(std::move(ask), stop).ok())
      result.push_back(compiler);
  }
  std::stable_partition(result.begin(), result.end(), is_own);
  return result;
}

expected<process::command>
check_command(const project& project, const std::string& unit,
              const std::string& compiler, const fs::path& tree,
              const toolchain_settings& settings,
              const process::process_settings& limits,
              const pb::ToolchainRequest& asked) {
  auto* entry = find_entry(project, unit);
  if (!entry)
    return error{errc::not_found, "there is no compile command for " + unit};
  auto is_tidy = compiler == clang_tidy;
  if (!is_family(compiler) && !is_tidy)
    return error{errc::invalid_request, "no check is known for the compiler \""
                                          + compiler + "\": use gcc or clang"};
  auto family = is_tidy ? "clang" : compiler;
  auto arguments = check_arguments(project, *entry, family, tree);
  // The two families' defaults differ, and with them what `#if` selects.
  if (std::none_of(arguments.begin(), arguments.end(), is_standard))
    arguments.insert(arguments.begin(),
                     is_c_unit(unit) ? "-std=gnu17" : "-std=gnu++17");
  process::command result;
  result.argv
    = is_tidy
        ? tidy_arguments(settings.clang_tidy, asked, tree / unit, arguments)
        : compile_arguments(unit, family, settings, asked, tree, arguments);
  result.working_directory = check_directory(project, *entry, tree);
  // English messages, and identifiers as they are spelt.
  result.environment = {{"LC_ALL", "C.UTF-8"}};
  result.deadline = limits.check_timeout;
  result.output_limit_bytes = limits.output_limit_bytes;
  result.memory_limit_bytes = limits.memory_limit_bytes;
  result.cpu_bound = true;
  return result;
}

} // namespace cohort::runtime::toolchain
