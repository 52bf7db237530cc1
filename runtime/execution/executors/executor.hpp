#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/specialist.pb.h"
#include "runtime/execution/cache/check_cache.hpp"
#include "runtime/execution/executors/native.hpp"
#include "runtime/execution/rules/rule_book.hpp"
#include "runtime/execution/subtask_evidence.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/workspace/slot.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// What executors work with, and on.
struct executor_context {
  const pb::WorkUnit& unit; // What is repaired is in `repair` of it.
  uint32_t attempt = 1;
  workspace::slot& slot; // Holds what the executors before it made.
  const toolchain::project& project;
  const toolchain::toolchain_settings& toolchain;
  const process::process_settings& limits;
  process::runner& reading;   // For programs that only read the worktree.
  process::runner& processes; // For others, which an executor confines.
  std::stop_token stop;
  std::chrono::steady_clock::time_point end; // Of the task.
  uint64_t file_bytes_max = 0;               // Of a file that is changed.
  check_cache* cache = nullptr;              // None: every check is made.
  std::string names;           // Digest of the tree's file names, for it.
  symbol_source symbols;       // None: rules that need an index are off.
  std::function<void()> alive; // Called whenever something got further.
  const native_executors& natives;
};

/// What came of it.
struct executor_result {
  /// `left` and `checked` are about the worktree as it is now.
  pb::RepairReport report;
  std::string outcome;    // A sentence for people, without a full stop.
  double cost = 0;        // As pb::ExecutorRun has it.
  bool elsewhere = false; // It changed nothing: another place should be tried.
};

/// Somebody who works on a subtask.
///
/// Threads: belongs to one thread, which it may block.
class executor {
public:
  virtual ~executor() = default;

  /// Whether it understands anything of what the checks look at.
  [[nodiscard]] virtual bool
  can_help(const pb::RepairUnit& unit,
           const executor_context& context) const = 0;

  /// Whether what it says of what is left speaks of every check, not of the
  /// compilers' alone.
  [[nodiscard]] virtual bool sees_all_checks() const = 0;

  /// Works on `unit`, whose `known` holds for the worktree; `evidence` is about
  /// the same. The worktree holds what was kept when it returns, and nothing
  /// half done. `metrics` is added to. Errors: cancelled; crashed when programs
  /// cannot be started any more; storage_failed.
  virtual expected<executor_result>
  work(pb::RepairUnit unit, const subtask_evidence& evidence,
       const executor_context& context, pb::ExecutionMetrics& metrics)
    = 0;
};

/// nullptr for a kind, or a native executor, that this process does not know.
[[nodiscard]] std::unique_ptr<executor>
make_executor(const pb::Executor& what, const native_executors& natives);

// One function a kind, each in a file of its name.
[[nodiscard]] std::unique_ptr<executor> make_fixit_executor();
[[nodiscard]] std::unique_ptr<executor> make_clang_tidy_executor();
[[nodiscard]] std::unique_ptr<executor>
make_command_executor(const pb::Executor& what);
[[nodiscard]] std::unique_ptr<executor>
make_native_executor(native_executor who);

} // namespace cohort::runtime::execution
