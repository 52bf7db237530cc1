#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/project_cache.hpp"
#include "runtime/execution/rules/rule_book.hpp"
#include "runtime/execution/slot_runner.hpp"
#include "runtime/execution/symbol_cache.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/confinement.hpp"
#include "runtime/process/deadline_runner.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/workspace/slot.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// The kinds of work that need a slot, and the slot, which is made when the
/// first of them comes.
///
/// Threads: belongs to one thread.
class slot_jobs {
public:
  slot_jobs(std::string worker, const slot_runner_settings& settings,
            process::runner& processes, shared_caches caches);

  /// `alive` is called whenever a check has ended. Before the first `run`.
  void on_progress(std::function<void()> alive);

  /// Carries out `unit`, for no longer than until `end`; payload, patch and
  /// metrics go into `result`. After an
  /// error or a stop the slot holds a whole tree again, or is known to be
  /// doubtful, so that the next unit compares everything.
  expected<void> run(const pb::WorkUnit& unit,
                     std::chrono::steady_clock::time_point end,
                     std::stop_token stop, pb::AttemptResult& result);

private:
  struct place {
    workspace::slot& slot;
    project_cache::handle prepared;
    std::string names; // Digest of the tree's file names.
  };

  expected<void> dispatch(const pb::WorkUnit& unit, process::runner& own,
                          process::runner& shared, std::stop_token stop,
                          pb::AttemptResult& result);
  expected<workspace::slot*> slot_at(const pb::WorkUnit& unit);
  symbol_source symbols_of(const place& where, const std::string& tree,
                           process::runner& processes, std::stop_token stop);
  expected<std::string> names_of(workspace::slot& slot,
                                 const std::string& tree);
  expected<place> place_for(const pb::WorkUnit& unit,
                            process::runner& processes, std::stop_token stop);
  expected<void> prepare(const pb::WorkUnit& unit, const place& where,
                         std::stop_token stop, pb::AttemptResult& result);
  expected<void> check(const pb::WorkUnit& unit, const place& where,
                       std::stop_token stop, pb::AttemptResult& result);
  expected<void> repair(const pb::WorkUnit& unit, const place& where,
                        std::stop_token stop, pb::AttemptResult& result);
  expected<void> test(const pb::WorkUnit& unit, process::runner& processes,
                      std::stop_token stop, pb::AttemptResult& result);
  expected<void> test_by_tools(const pb::WorkUnit& unit, workspace::slot& slot,
                               process::runner& inside, std::stop_token stop,
                               pb::TestReport& report);
  expected<void> cover(const pb::WorkUnit& unit, process::runner& processes,
                       std::stop_token stop, pb::AttemptResult& result);
  [[nodiscard]] static process::confinement reading(const pb::WorkUnit& unit,
                                                    const place& where);
  expected<void> mutate(const pb::WorkUnit& unit, process::runner& processes,
                        std::stop_token stop, pb::AttemptResult& result);
  void clean();

  std::string worker_;
  const slot_runner_settings settings_;
  /// For what other tasks use as well: no task's deadline is theirs.
  process::runner& shared_processes_;
  process::deadline_runner processes_;        // Until the task's deadline,
  std::chrono::steady_clock::time_point end_; // which is this.
  shared_caches caches_;
  std::function<void()> alive_;
  std::string named_tree_; // Whose file names have the digest `names_`.
  std::string names_;
  std::optional<workspace::slot> slot_;
};

} // namespace cohort::runtime::execution
