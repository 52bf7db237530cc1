#pragma once

#include <string>
#include <vector>

#include "messages/v1/task.pb.h"
#include "runtime/expected.hpp"
#include "runtime/workspace/base_files.hpp"
#include "runtime/workspace/proposals.hpp"

namespace cohort::runtime::fixes {

/// A file that fixes change.
struct changed_file {
  std::string path; // Relative to the workspace.
  std::string before;
  std::string after;
};

/// What became of proposals.
struct fix_outcome {
  workspace::choice choice;
  std::vector<changed_file> files; // By path.
};

/// Chooses among the proposals, and makes their files of it; changes nothing.
/// A file outside of `scope` is refused; an empty scope is everything. Errors:
/// internal.
expected<fix_outcome>
plan_fixes(const std::vector<workspace::proposal>& proposals,
           workspace::base_files& files, const messages::v1::Scope& scope);

/// The same, and puts the files in place, each at once. A file that changed
/// since it was read is left alone: its fixes are refused as stale, and the
/// choice is made anew without them. Blocks: writes and syncs.
/// Errors: storage_failed, workspace_moved (a file changed at the very last
/// moment); the message names the files that had been changed by then.
expected<fix_outcome>
apply_fixes(const std::vector<workspace::proposal>& proposals,
            workspace::base_files& files, const messages::v1::Scope& scope);

} // namespace cohort::runtime::fixes
