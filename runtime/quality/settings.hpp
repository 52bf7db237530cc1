#pragma once

#include <cstdint>
#include <string>

namespace cohort::runtime::quality {

enum class gate_policy : uint8_t {
  required, // What fails it is not handed back as done.
  advisory, // It is measured and shown, and decides nothing.
  off,
};

enum class coverage_scope : uint8_t {
  changed,       // Of the lines that the change has added or altered.
  overall,       // Of all lines.
  no_regression, // Of all lines, and no less than before.
};

struct gate_settings {
  bool compilation_validation = true;
  bool tests = true;
  /// Further runs of a test that fails, before that counts: one of them passes,
  /// and the test is flaky.
  unsigned test_reruns = 2;
  gate_policy coverage = gate_policy::advisory;
  quality::coverage_scope coverage_scope = quality::coverage_scope::changed;
  double test_coverage_threshold = 0.8; // In [0, 1].
  gate_policy mutation = gate_policy::advisory;
  double mutation_testing_threshold = 0.7; // In [0, 1].
  unsigned mutation_max_mutants = 200;     // More are sampled. 0: no limit.
  gate_policy security = gate_policy::advisory;
  gate_policy lint = gate_policy::off;
  std::string lint_checks = "bugprone-*"; // As clang-tidy's --checks has them.
};

} // namespace cohort::runtime::quality
