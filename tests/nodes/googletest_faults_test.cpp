#include <doctest/doctest.h>

#include <fstream>
#include <iostream>
#include <set>

#include <nlohmann/json.hpp>

#include "runtime/process/launcher.hpp"
#include "tests/support/faulty_head.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::googletest_faults_test {

using namespace std::chrono_literals;
using namespace cohort;
namespace pb = cohort::messages::v1;

namespace {

/// Writes the demo's broken workspace, and returns the files with breakages.
std::set<std::string> prepare_demo(const std::filesystem::path& folder) {
  auto processes = runtime::process::start_launcher({});
  REQUIRE(processes);
  runtime::process::command prepare;
  prepare.argv = {"python3", "scripts/demo.py", "--prepare", folder.string()};
  prepare.working_directory = std::filesystem::current_path().string();
  auto done = (*processes)->run(prepare);
  CAPTURE(done.err);
  REQUIRE(done.ok());
  std::set<std::string> result;
  std::ifstream file{folder / "truth.json"};
  auto truth = nlohmann::json::parse(file);
  for (auto& breakage : truth["breakages"])
    result.insert(breakage["file"].get<std::string>());
  return result;
}

} // namespace

/// The demo's workspace: GoogleTest with 12 breakages, one of them in the unit
/// that the hanging compiler is given.
TEST_CASE("GoogleTest is repaired while a compiler hangs on one unit, a worker "
          "crashes, and a judge never answers") {
  tests::temp_folder temporary;
  auto& folder = temporary.path();
  auto broken = prepare_demo(folder / "demo");
  tests::write_hanging_compiler(folder / "gxx", "src/gtest-port.cc");
  nodes::head_options options;
  options.settings.state = folder / "state";
  options.settings.toolchain.gcc = (folder / "gxx").string();
  options.settings.processes.check_timeout = 20s;
  nodes::resolve_workers(options, 2, false, 2);
  auto head = nodes::head::start(options);
  REQUIRE(head);
  auto result = tests::run_with_deaths(**head, folder / "demo/parallel",
                                       "judge conflict", "worker w1", 900s);
  REQUIRE(result);
  std::cout << result->summary() << '\n';
  for (auto& left : result->left())
    std::cout << "left: " << left.diagnostic().location().file() << ':'
              << left.diagnostic().location().line() << ": "
              << left.diagnostic().message() << ": " << left.reason() << '\n';
  for (auto& file : result->patch().files()) {
    CAPTURE(file);
    CHECK(broken.count(file) == 1);
  }
  CHECK(result->errors_after() == 0);
  CHECK(result->outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(result->fixes_kept() >= 10);
  CHECK(result->patch().files_size() >= 10);
  for (auto& verdict : result->verdicts())
    CHECK(verdict.judge() != "conflict");
  for (auto& left : result->left())
    CHECK_FALSE(left.reason().empty());
}

} // namespace cohort::tests::googletest_faults_test
