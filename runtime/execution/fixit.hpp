#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/cache/check_cache.hpp"
#include "runtime/execution/checker.hpp"
#include "runtime/execution/editable_files.hpp"
#include "runtime/execution/rules/rule_book.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/workspace/slot.hpp"

/// The `fixit` executor: repairs with what the compilers themselves propose,
/// one proved transaction at a time.
namespace cohort::runtime::execution {

namespace pb = messages::v1;

struct fixit_context {
  workspace::slot& slot; // At the unit's base tree.
  const toolchain::project& project;
  const pb::ToolchainRequest& asked; // What is an error beside errors.
  const toolchain::toolchain_settings& toolchain;
  const process::process_settings& limits;
  process::runner& processes;
  std::stop_token stop;
  check_cache* cache = nullptr; // None: every check is made.
  std::string names;            // Digest of the tree's file names, for it.
  symbol_source symbols;        // None: rules that need an index are off.
  std::function<void()> alive;  // Called after each check, if there is one.
};

/// What checks need of it.
[[nodiscard]] checker_context checks_of(const fixit_context& context);

/// The files that a repair may edit.
[[nodiscard]] editable_files files_of(const pb::RepairUnit& unit,
                                      const fixit_context& context);

/// Repairs the files of `unit.subtask`. The slot's worktree holds what was kept
/// when it returns, and no half of a fix in any case; `metrics` is added to.
/// The same unit and the same answers of the compilers give the same edits,
/// whatever other subtasks do. Errors: cancelled; crashed when programs cannot
/// be started any more; storage_failed when the worktree cannot be read or
/// written.
expected<pb::RepairReport> repair(const pb::RepairUnit& unit,
                                  const fixit_context& context,
                                  pb::ExecutionMetrics& metrics);

} // namespace cohort::runtime::execution
