#pragma once

namespace cohort::runtime::quality {

struct gate_settings {
  bool compilation_validation = true;
  bool tests = true;
  double test_coverage_threshold = 0.8; // In [0, 1]. Shown; not measured yet.
  double mutation_testing_threshold
    = 0.7; // In [0, 1]. Shown; not measured yet.
};

} // namespace cohort::runtime::quality
