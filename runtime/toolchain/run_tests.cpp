#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/toolchain/build_steps.hpp"
#include "runtime/toolchain/junit.hpp"
#include "runtime/toolchain/prepare.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

/// ctest's regular expression for exactly these names.
std::string
one_of(const google::protobuf::RepeatedPtrField<std::string>& names) {
  constexpr std::string_view special = R"(.[]{}()\*+?^$|)";
  std::string result;
  for (auto& name : names) {
    result += result.empty() ? "^(" : "|";
    for (auto c : name) {
      if (special.find(c) != std::string_view::npos)
        result += '\\';
      result += c;
    }
  }
  return result + ")$";
}

/// More names than fit into an argument are not chosen from: all run.
constexpr size_t pattern_bytes_max = 100'000;

using outcomes = std::map<std::string, pb::TestReport::Case>;

void count(const std::map<std::string, bool>& passed, outcomes& all) {
  for (auto& [name, is_passed] : passed) {
    auto& one = all[name];
    one.set_name(name);
    one.set_runs(one.runs() + 1);
    one.set_failures(one.failures() + (is_passed ? 0 : 1));
    one.set_passed(one.failures() == 0);
  }
}

/// Runs the tests once. Returns why there is no verdict; "" when there is.
std::string run_once(const build_steps& steps,
                     const toolchain_settings& settings,
                     const std::string& pattern, outcomes& all) {
  auto file = steps.build / "cohort-tests.xml";
  std::error_code failed;
  fs::remove(file, failed); // Of an earlier run.
  std::vector<std::string> argv{settings.ctest, "-j", steps.jobs(),
                                "--output-junit", file.string()};
  if (!pattern.empty())
    argv.insert(argv.end(), {"-R", pattern});
  auto tested = steps.run(std::move(argv));
  auto text = workspace::read_file(file);
  auto passed = text ? read_junit(*text) : std::map<std::string, bool>{};
  count(passed, all);
  // ctest exits with an error when a test fails, which is a result too.
  auto is_verdict = tested.status == process::status::exited && text
                    && (!passed.empty() || tested.ok());
  return is_verdict ? "" : failure_text("ctest gave no verdict", tested);
}

} // namespace

pb::TestReport run_tests(const pb::TestUnit& what, const fs::path& build,
                         const toolchain_settings& settings,
                         const process::process_settings& limits,
                         process::runner& processes, std::stop_token stop) {
  pb::TestReport report;
  report.set_available(true);
  build_steps steps{build, limits, processes, std::move(stop)};
  auto built = steps.run(
    {settings.cmake, "--build", build.string(), "-j", steps.jobs()});
  if (!built.ok()) {
    report.set_failure(failure_text("the build failed", built));
    return report;
  }
  auto pattern = what.only().empty() ? "" : one_of(what.only());
  if (pattern.size() > pattern_bytes_max)
    pattern.clear();
  outcomes all;
  for (uint32_t i = 0; i < std::max(1U, what.runs()); ++i)
    if (auto why = run_once(steps, settings, pattern, all); !why.empty()) {
      report.set_failure(std::move(why));
      break;
    }
  for (auto& [name, one] : all)
    *report.add_cases() = std::move(one);
  return report;
}

} // namespace cohort::runtime::toolchain
