#include "runtime/toolchain/prepare.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/text_lines.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

process::command build_command(std::vector<std::string> argv,
                               const process::process_settings& limits) {
  process::command result;
  result.argv = std::move(argv);
  result.deadline = limits.build_timeout;
  result.output_limit_bytes = limits.output_limit_bytes;
  result.cpu_bound = true;
  return result;
}

bool is_installed(process::runner& processes, const std::string& program) {
  process::command ask;
  ask.argv = {program, "--version"};
  ask.deadline = std::chrono::seconds{20};
  ask.cpu_bound = false;
  return processes.run(std::move(ask)).ok();
}

/// The value of a variable in CMakeCache.txt, "NAME:TYPE=value". What a build
/// left in its place may be no file at all.
std::string cached(const fs::path& build, const std::string& name) {
  auto text = workspace::read_file(build / "CMakeCache.txt");
  std::string value;
  for_each_line(text ? *text : std::string{}, [&](std::string_view line) {
    if (value.empty() && line.starts_with(name + ':'))
      value = line.substr(line.find('=') + 1);
  });
  return value;
}

error failed_step(const std::string& what, const process::outcome& result) {
  if (result.status == process::status::cancelled)
    return {errc::cancelled, what + " was cancelled"};
  auto words = last_lines(result.err.empty() ? result.out : result.err, 30);
  return {errc::no_toolchain,
          what + " failed (" + process::describe(result) + ")"
            + (words.empty() ? "" : ":\n" + analysis::valid_utf8(words))};
}

expected<void> configure(const prepare_request& request,
                         const toolchain_settings& settings,
                         const process::process_settings& limits,
                         process::runner& processes, std::stop_token stop) {
  std::error_code failed;
  auto home = cached(request.build, "CMAKE_HOME_DIRECTORY");
  if (!home.empty() && !fs::equivalent(home, request.tree, failed))
    fs::remove_all(request.build, failed); // Configured for another folder.
  fs::remove(request.build / "compile_commands.json",
             failed); // Of an older tree.
  fs::create_directories(request.build, failed);
  if (failed)
    return error{errc::storage_failed, "cannot make " + request.build.string()
                                         + ": " + failed.message()};
  std::vector<std::string> argv{
    settings.cmake,         "-S",
    request.tree.string(),  "-B",
    request.build.string(), "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"};
  auto& wanted = request.toolchain.configure_args();
  auto has_generator
    = std::any_of(wanted.begin(), wanted.end(),
                  [](auto& argument) { return argument.rfind("-G", 0) == 0; });
  if (!has_generator && cached(request.build, "CMAKE_GENERATOR").empty()
      && is_installed(processes, "ninja"))
    argv.insert(argv.end(), {"-G", "Ninja"});
  argv.insert(argv.end(), wanted.begin(), wanted.end());
  auto result = processes.run(build_command(std::move(argv), limits), stop);
  if (!result.ok())
    return failed_step("cmake in " + request.tree.string(), result);
  return {};
}

/// Whether CMake's file for ctest says more than where it comes from.
bool names_tests(const fs::path& file) {
  auto text = workspace::read_file(file);
  auto is_found = false;
  if (text)
    for_each_line(*text, [&](std::string_view line) {
      is_found = is_found || !(line.empty() || line.front() == '#');
    });
  return is_found;
}

/// Where ctest cannot tell, there may be some: running them will say why not.
bool has_tests(const fs::path& build, const toolchain_settings& settings,
               process::runner& processes, std::stop_token stop) {
  std::error_code failed;
  if (!fs::exists(build / "CTestTestfile.cmake", failed))
    return false;
  process::command list;
  list.argv = {settings.ctest, "-N"};
  list.working_directory = build.string();
  list.deadline = std::chrono::seconds{60};
  list.cpu_bound = false;
  auto result = processes.run(std::move(list), stop);
  // The last line is "Total Tests: 12".
  if (!result.ok())
    return names_tests(build / "CTestTestfile.cmake");
  return result.out.find("Total Tests: ") != std::string::npos
         && result.out.find("Total Tests: 0") == std::string::npos;
}

/// A compile_commands.json that a workspace has ready; "" where it has none.
fs::path ready_commands(const fs::path& workspace_root) {
  std::error_code failed;
  for (auto& folder : {workspace_root, workspace_root / "build"})
    if (auto file = folder / "compile_commands.json"; fs::exists(file, failed))
      return file;
  return {};
}

bool has_cmake(const prepare_request& request) {
  std::error_code failed;
  return fs::exists(request.tree / "CMakeLists.txt", failed);
}

} // namespace

bool has_build_system(const prepare_request& request) {
  return !request.toolchain.compile_commands_dir().empty() || has_cmake(request)
         || !ready_commands(request.workspace_root).empty();
}

expected<project> prepare(const prepare_request& request,
                          const toolchain_settings& settings,
                          const process::process_settings& limits,
                          process::runner& processes, std::stop_token stop) {
  auto& folder = request.toolchain.compile_commands_dir();
  if (!folder.empty())
    return read_compile_commands(request.workspace_root / folder
                                   / "compile_commands.json",
                                 request.workspace_root);
  if (has_cmake(request)) {
    auto configured = configure(request, settings, limits, processes, stop);
    if (!configured)
      return configured.error();
    auto commands = request.build / "compile_commands.json";
    std::error_code failed;
    if (!fs::exists(commands, failed))
      return error{
        errc::no_toolchain,
        "cmake wrote no " + commands.string()
          + ": the project compiles nothing, or its generator is not "
            "Ninja or Makefiles"};
    auto result = read_compile_commands(commands, request.tree);
    if (result)
      result->has_tests = has_tests(request.build, settings, processes, stop);
    return result;
  }
  if (auto ready = ready_commands(request.workspace_root); !ready.empty())
    return read_compile_commands(ready, request.workspace_root);
  return error{
    errc::no_toolchain,
    "no build system was found in " + request.workspace_root.string()
      + ": there is neither CMakeLists.txt nor compile_commands.json, and no "
        "check of the configuration that is installed judges one of its files; "
        "name the folder of a compile_commands.json with -p, or a language in "
        "the configuration (languages: {python: {adapter: python}})"};
}

} // namespace cohort::runtime::toolchain
