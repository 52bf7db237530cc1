#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"

/// The project's tests one by one, as ctest lists them.
///
/// Pure.
namespace cohort::runtime::mutation {

struct listed_test {
  std::string name;
  std::vector<std::string> command;
  std::string working_directory;
  std::vector<std::pair<std::string, std::string>> environment;
  bool will_fail = false;
  std::optional<int> skip_code;
  /// It has fixtures, patterns of its output or the like: only ctest knows
  /// whether it passed.
  bool needs_ctest = false;
  size_t index = 0; // ctest's number for it.
};

/// Reads what `ctest --show-only=json-v1` prints. Tests that are switched off
/// or have no program are left out; of several with one name the first counts.
/// Sorted by name. Errors: tool_failed.
expected<std::vector<listed_test>> read_test_list(std::string_view json);

/// How the test is run. Starting its program takes a tenth of what it takes to
/// start ctest. REQUIRES: `build` is the folder where ctest listed it.
[[nodiscard]] process::command command_of(const listed_test& test,
                                          const std::string& ctest,
                                          const std::string& build);

/// Whether the command of the test says that it passed; one that skipped itself
/// did not.
[[nodiscard]] bool has_passed(const listed_test& test,
                              const process::outcome& result);

} // namespace cohort::runtime::mutation
