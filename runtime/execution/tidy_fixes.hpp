#pragma once

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/fixit.hpp"
#include "runtime/expected.hpp"

/// The `clang_tidy` executor: what clang-tidy proposes for its findings in a
/// subtask's files, proved by all that judge the units.
namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Applies as many fixes of findings as hold. All that fit together are tried
/// at once; where that breaks a unit, or leaves findings that it should not,
/// those of each check apart, then halves, down to the fix that is to blame. So
/// what is right costs one check of each unit, and one wrong fix of n some log
/// n more. Goes on until nothing new is proposed.
///
/// A fix is kept only when no unit that reads its files was accepted before and
/// is not now, no error is new, and its finding is gone. The worktree holds
/// what was kept when it returns. The same unit and the same answers give the
/// same edits. Errors: cancelled; crashed when programs cannot be started any
/// more; storage_failed when the worktree cannot be read or written.
expected<pb::RepairReport> apply_tidy_fixes(const pb::RepairUnit& unit,
                                            const fixit_context& context,
                                            pb::ExecutionMetrics& metrics);

} // namespace cohort::runtime::execution
