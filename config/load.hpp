#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"

/// The only code that knows YAML: reads, checks and overrides settings.
///
/// Strict: an unknown key, a wrong type or a value out of range is a problem;
/// all problems are found in one go.
namespace cohort::config {

/// "cohort.yaml:7: parallel_workers.complexity_threshold: 1.5: expected a
/// number from 0 to 1".
struct problem {
  std::string source; // File name, "COHORT_..." variable, or "--set".
  int line = 0;       // 0 where there is none.
  std::string key;    // Dotted path.
  std::string text;   // What is wrong, and what is allowed.

  [[nodiscard]] std::string describe() const;
};

struct load_request {
  /// Absent: defaults only.
  std::optional<std::filesystem::path> file;
  /// "a.b=c", in order; they win over the environment, which wins over the
  /// file. A list's values stand between commas, here and in a variable.
  std::vector<std::string> overrides;
  /// Looks a variable up; nullptr when it is not set.
  /// COHORT_PARALLEL_WORKERS__ENABLED is parallel_workers.enabled: upper case,
  /// "__" between the parts.
  std::function<const char*(const char*)> environment;
  /// Names of variables that are set. One that looks like a key's ("COHORT_",
  /// and "__" in it) and is none, or that lacks only an underscore, is a
  /// problem.
  std::vector<std::string> variables = {};
  /// Executors that the program was built with; null: none.
  std::shared_ptr<const runtime::execution::native_executors> natives = {};
};

struct load_result {
  settings values; // The defaults when there is any problem.
  /// The file's by line, then the environment's, then the overrides'.
  std::vector<problem> problems;
};

load_result load(const load_request& request);

/// The settings as YAML, with comments giving unit and range: `config show`.
std::string to_yaml(const settings& values);

} // namespace cohort::config
