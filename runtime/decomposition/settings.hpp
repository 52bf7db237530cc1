#pragma once

#include <string>

namespace cohort::runtime::decomposition {

struct decomposition_settings {
  std::string strategy = "error_type_based"; // One of strategies().
  unsigned max_subtasks_per_task = 20;       // >= 1.
  unsigned max_dependency_depth = 3;         // Longest chain of subtasks. >= 1.
};

} // namespace cohort::runtime::decomposition
