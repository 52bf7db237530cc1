#include "runtime/mutation/workplace.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/toolchain/prepare.hpp"

namespace cohort::runtime::mutation {

namespace fs = std::filesystem;

namespace {

constexpr size_t words_max = 4000; // Of a build that failed.

/// Whether an argument of cmake sets the variable.
bool sets(std::string_view argument, std::string_view variable) {
  auto lead = "-D" + std::string{variable};
  return argument.starts_with(lead + '=') || argument.starts_with(lead + ':');
}

} // namespace

pb::ToolchainRequest quiet(pb::ToolchainRequest request) {
  for (std::string_view variable : {"CMAKE_C_FLAGS", "CMAKE_CXX_FLAGS"}) {
    auto& arguments = *request.mutable_configure_args();
    auto own = std::find_if(arguments.begin(), arguments.end(),
                            [&](auto& one) { return sets(one, variable); });
    if (own == arguments.end())
      request.add_configure_args("-D" + std::string{variable} + "=-w");
    else
      own->append(" -w");
  }
  return request;
}

bool workplace::has_build_system() const {
  return toolchain::has_build_system(
    {workspace_root, slot.tree_folder(), slot.build_folder(), toolchain});
}

expected<toolchain::project> workplace::configure() const {
  return toolchain::prepare({workspace_root, slot.tree_folder(),
                             slot.build_folder(), quiet(toolchain)},
                            tools, limits, processes, stop);
}

process::outcome workplace::build() const {
  auto folder = slot.build_folder();
  std::error_code failed;
  auto is_ninja = fs::exists(folder / "build.ninja", failed);
  process::command what;
  what.argv = {tools.cmake,
               "--build",
               folder.string(),
               "-j",
               std::to_string(std::max(1U, limits.cpu_tokens)),
               "--"};
  if (is_ninja)
    what.argv.insert(what.argv.end(), {"-k", "0"});
  else
    what.argv.emplace_back("-k");
  what.working_directory = folder.string();
  what.deadline = limits.build_timeout;
  what.output_limit_bytes = limits.output_limit_bytes;
  auto result = processes.run(std::move(what), stop);
  alive();
  return result;
}

expected<std::vector<listed_test>> workplace::list_tests() const {
  process::command what;
  what.argv = {tools.ctest, "--show-only=json-v1"};
  what.working_directory = slot.build_folder().string();
  what.deadline = limits.check_timeout;
  what.cpu_bound = false;
  auto result = processes.run(std::move(what), stop);
  if (!result.ok())
    return error{errc::tool_failed,
                 "ctest could not list the tests: " + process::describe(result)
                   + ' ' + analysis::valid_utf8(result.err)};
  return read_test_list(result.out);
}

process::outcome
workplace::run(const listed_test& test,
               std::vector<std::pair<std::string, std::string>> environment,
               std::chrono::milliseconds limit) const {
  auto scratch = slot.build_folder() / "cohort-scratch";
  std::error_code failed;
  fs::remove_all(scratch, failed);
  fs::create_directories(scratch, failed);
  auto what = command_of(test, tools.ctest, slot.build_folder().string());
  environment.emplace_back("TMPDIR", scratch.string());
  std::move(environment.begin(), environment.end(),
            std::back_inserter(what.environment));
  what.deadline = limit;
  what.output_limit_bytes = limits.output_limit_bytes;
  what.memory_limit_bytes = limits.memory_limit_bytes;
  auto result = processes.run(std::move(what), stop);
  alive();
  return result;
}

std::string build_failure(const process::outcome& result) {
  auto words = result.out + result.err;
  if (words.size() > words_max)
    words.erase(0, words.size() - words_max);
  return analysis::valid_utf8("the build failed (" + process::describe(result)
                              + "):\n" + words);
}

} // namespace cohort::runtime::mutation
