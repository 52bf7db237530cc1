#include "runtime/toolchain/line_counter.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "runtime/toolchain/compile_options.hpp"
#include "runtime/toolchain/paths.hpp"

namespace cohort::runtime::toolchain {

namespace fs = std::filesystem;

namespace {

/// "-13" of "x86_64-linux-gnu-g++-13"; "" where a name has no version.
std::string version_suffix(const std::string& name) {
  auto dash = name.rfind('-');
  auto is_version = dash != std::string::npos && dash + 1 < name.size()
                    && name.find_first_not_of("0123456789.", dash + 1)
                         == std::string::npos;
  return is_version ? name.substr(dash) : "";
}

} // namespace

std::vector<std::string> object_files(const project& project) {
  std::vector<std::string> result;
  for (auto& entry : project.entries) {
    auto option = std::find(entry.arguments.begin(), entry.arguments.end(),
                            "-o");
    if (option != entry.arguments.end()
        && std::next(option) != entry.arguments.end())
      result.push_back(absolute(entry.directory, *std::next(option)));
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::string tool_beside(const std::string& compiler, const std::string& tool) {
  fs::path path{compiler};
  auto name = tool + version_suffix(path.filename().string());
  auto beside = path.parent_path() / name;
  std::error_code failed;
  return path.has_parent_path() && fs::is_regular_file(beside, failed)
           ? beside.string()
           : name;
}

std::unique_ptr<line_counter> make_counter(const project& project,
                                           build_steps steps) {
  auto objects = object_files(project);
  std::string compiler;
  if (!project.entries.empty()) {
    auto& arguments = project.entries.front().arguments;
    compiler = arguments[program_index(arguments)];
  }
  if (is_clang_program(compiler))
    return make_llvm_counter(std::move(steps), std::move(objects),
                             tool_beside(compiler, "llvm-profdata"),
                             tool_beside(compiler, "llvm-cov"));
  return make_gcov_counter(std::move(steps), std::move(objects),
                           tool_beside(compiler, "gcov"));
}

} // namespace cohort::runtime::toolchain
