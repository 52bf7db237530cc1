#pragma once

#include <string>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/executors/executor.hpp"
#include "runtime/execution/executors/worktree_watch.hpp"
#include "runtime/execution/subtask_evidence.hpp"
#include "runtime/expected.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// "a, b and 3 more"
[[nodiscard]] std::string enumerated(const std::vector<std::string>& names);

/// Somebody whom cohort does not know works in a worktree: what of it is kept,
/// and what is taken back.
///
/// Kept are regular files of the subtask, where its checks find fewer errors
/// than before and refuse nothing that they accepted. An object that ends
/// without `judge` or `take_back` leaves a slot that compares everything when
/// it is used again.
///
/// Threads: belongs to one thread, which it blocks.
class worktree_change {
public:
  /// What became of it.
  struct verdict {
    std::string outcome; // A sentence for people, without a full stop.
    bool is_kept = false;
    std::vector<pb::UnitReport> checked; // Of what was kept.
  };

  /// Notes how the worktree is. The arguments must outlive it. Errors: those of
  /// workspace::slot::capture.
  static expected<worktree_change> begin(const pb::RepairUnit& unit,
                                         const subtask_evidence& evidence,
                                         const executor_context& context);

  worktree_change(worktree_change&& other) noexcept;
  worktree_change(const worktree_change&) = delete;
  ~worktree_change();

  /// The subtask's files that may be changed. Sorted.
  [[nodiscard]] static std::vector<std::string>
  allowed(const pb::RepairUnit& unit, const executor_context& context);

  /// Errors: storage_failed, and those of checks.
  expected<verdict> judge();

  /// The worktree is as it was. Errors: storage_failed.
  expected<void> take_back();

private:
  worktree_change(const pb::RepairUnit& unit, const subtask_evidence& evidence,
                  const executor_context& context, std::string before);

  struct sorted_files {
    std::vector<std::string> accepted;
    std::vector<std::string> refused;
  };

  [[nodiscard]] sorted_files sorted_out() const;
  expected<verdict> judge_changes();
  void tell_slot();
  expected<void> bring_to(const std::string& tree);

  const pb::RepairUnit* unit_;
  const subtask_evidence* evidence_;
  const executor_context* context_;
  std::string before_; // The tree.
  worktree_watch watch_;
  worktree_watch::changes changes_;
  bool is_known_ = false; // What the worktree holds.
};

} // namespace cohort::runtime::execution
