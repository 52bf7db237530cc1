#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/analysis/workload.hpp"

/// Which broken files a strategy wants together.
///
/// Pure and deterministic.
namespace cohort::runtime::decomposition {

namespace pb = messages::v1;

/// Of each file of a workload, by its index there.
struct grouping {
  /// Files with equal keys are one group: a type of errors, a root cause, ...
  std::vector<std::string> keys;
  /// The shared file with the cause of all of a file's errors, so that it is
  /// repaired with that one; nullopt where some error is its own.
  std::vector<std::optional<uint32_t>> follows;
};

/// By the type of the leading error.
grouping by_error_type(const analysis::workload& load);

/// By the root cause of the leading error that is the file's own: the type and,
/// where one is missing, the name. Files with nothing but cascades of a broken
/// header follow that header.
grouping by_root_cause(const analysis::workload& load,
                       const pb::Evidence& evidence);

/// By folder.
grouping by_module(const analysis::workload& load);

} // namespace cohort::runtime::decomposition
