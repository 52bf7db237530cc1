#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "tests/support/faulty_head.hpp"
#include "tests/support/temp_folder.hpp"

using namespace std::chrono_literals;
using namespace cohort;
namespace pb = cohort::messages::v1;

/// The demo's workspace: GoogleTest with 12 breakages, one of them in the unit
/// that the hanging compiler is given.
TEST_CASE("GoogleTest is repaired while a compiler hangs on one unit, a worker "
          "crashes, and a judge never answers") {
  tests::temp_folder temporary;
  auto& folder = temporary.path();
  auto prepare = "python3 scripts/demo.py --prepare '"
                 + (folder / "demo").string() + "' > /dev/null";
  REQUIRE(std::system(prepare.c_str()) == 0);
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
  for (auto& file : result->patch().files())
    std::cout << "changed: " << file << '\n';
  CHECK(result->outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(result->fixes_kept() >= 10);
  CHECK(result->patch().files_size() >= 10);
  for (auto& verdict : result->verdicts())
    CHECK(verdict.judge() != "conflict");
  for (auto& left : result->left())
    CHECK_FALSE(left.reason().empty());
}
