#pragma once

#include <cstdint>
#include <string>

#include "messages/v1/coverage.pb.h"
#include "runtime/toolchain/diagnostics.hpp"
#include "runtime/toolchain/executed_lines.hpp"

namespace cohort::runtime::toolchain {

namespace pb = messages::v1;

/// Which of two ways to count lines.
enum class line_counting : uint8_t {
  as_gcovr, // A bare line (see counted_lines) counts only where all of it was
            // executed.
  as_llvm_cov, // Every line that is told counts.
};

/// What was executed of the workspace's files, those that are tests themselves
/// and lines that a comment excludes apart; of the files that `what` names, the
/// changed lines singly. A file counts when it lies below `root` and `files`
/// has its bytes, by its path below `root`. REQUIRES: `root` is absolute and in
/// its normal form. Pure but for `files`.
pb::CoverageReport
report_coverage(const executed_lines& lines, const std::string& root,
                const file_reader& files, const pb::CoverageUnit& what,
                line_counting how);

} // namespace cohort::runtime::toolchain
