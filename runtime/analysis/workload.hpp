#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// What is broken, file by file, and what it costs to repair: the view of the
/// evidence from which routes and plans are made.
///
/// Pure and deterministic. Nearly linear in the size of the evidence.
namespace cohort::runtime::analysis {

namespace pb = messages::v1;

/// A file with errors of its own. Indices point into `workload`.
struct broken_file {
  std::string name;
  bool is_shared = false; // A header, or read by a unit of another file.
  std::vector<uint32_t> diagnostics; // Of the evidence; errors only, by place.
  std::string error_type;      // Of the leading error: the first by place.
  uint32_t lines = 0;          // Distinct lines with errors.
  std::vector<uint32_t> units; // That read it or report it. Ascending.
  double effort_seconds = 0;   // On one worker; finite, > 0.
};

struct unit_load {
  std::string name;
  double check_seconds = 0;     // One check by each of its compilers; > 0.
  std::vector<uint32_t> shared; // Broken shared files that it reads. Ascending.
};

struct workload {
  std::vector<unit_load> units;   // Sorted by name.
  std::vector<broken_file> files; // Sorted by name.
};

/// Costs of the model: a file with k broken lines takes min(k, lines_max) x
/// checks_per_line checks of its cheapest unit; a shared file one more of each
/// unit that reads it.
struct effort_model {
  static constexpr double default_check_seconds = 1; // Where none was measured.
  static constexpr uint32_t lines_max = 8;
  static constexpr double checks_per_line = 2;
  static constexpr double subtask_overhead_seconds = 0.05;
  static constexpr double fixed_overhead_seconds = 0.2;
};

/// Whether the path is relative and does not begin with "..".
bool is_inside_workspace(const std::string& file);

/// `is_wanted` says which files count: those inside the scope, for instance.
workload
measure_workload(const pb::Evidence& evidence,
                 const std::function<bool(const std::string&)>& is_wanted);

/// Shared files that some unit reads together with others, and so mask each
/// other's errors, as sets of indices into `load.files`. Each set and the list
/// of sets ascend; every shared file is in one set. `join_sources` adds to each
/// set the files whose units read one of its members.
std::vector<std::vector<uint32_t>> coupled_files(const workload& load,
                                                 bool join_sources = false);

/// Whether a path looks like a header: ".h", ".hpp", ".inl", ".ipp", ..., or no
/// extension below a folder named "include".
bool has_header_name(std::string_view file);

} // namespace cohort::runtime::analysis
