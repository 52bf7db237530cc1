#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/analysis/workload.hpp"
#include "runtime/decomposition/grouping.hpp"

/// Broken files gathered into what will be subtasks.
///
/// Pure and deterministic.
namespace cohort::runtime::decomposition {

struct bundle {
  std::vector<uint32_t> files; // Indices into workload.files. Ascending.
  double effort = 0;
};

struct bundle_limits {
  size_t bundles_max = 20;    // >= 1.
  bool may_wait = true;       // False: what reads a shared file joins it.
  bool one_file_each = false; // Otherwise groups in balanced parts.
};

struct bundles {
  std::vector<bundle> shared; // Have shared files; no two have a unit in common
                              // unless `bundles_max` forced them together.
  std::vector<bundle> sources; // Each file is read by its own unit only.
};

/// Puts each file of the workload into exactly one bundle, at most
/// `bundles_max` of them: those that follow a shared file into that one's, the
/// other sources by their groups' keys. Each list falls in effort.
bundles make_bundles(const analysis::workload& load, const grouping& wanted,
                     const bundle_limits& limits);

/// The type of error that takes the largest part of the files' effort.
std::string leading_type(const analysis::workload& load,
                         const std::vector<uint32_t>& files);

} // namespace cohort::runtime::decomposition
