#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/project_cache.hpp"
#include "runtime/execution/slot_runner.hpp"
#include "runtime/expected.hpp"
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
            process::runner& processes,
            std::shared_ptr<project_cache> projects);

  /// Carries out `unit`; payload, patch and metrics go into `result`. After an
  /// error or a stop the slot holds a whole tree again, or is known to be
  /// doubtful, so that the next unit compares everything.
  expected<void> run(const pb::WorkUnit& unit, std::stop_token stop,
                     pb::AttemptResult& result);

private:
  struct place {
    workspace::slot& slot;
    project_cache::handle prepared;
  };

  expected<void> dispatch(const pb::WorkUnit& unit, process::runner& processes,
                          std::stop_token stop, pb::AttemptResult& result);
  expected<workspace::slot*> slot_at(const pb::WorkUnit& unit);
  expected<place> place_for(const pb::WorkUnit& unit,
                            process::runner& processes, std::stop_token stop);
  expected<void> prepare(const pb::WorkUnit& unit, const place& where,
                         pb::AttemptResult& result);
  expected<void> check(const pb::WorkUnit& unit, const place& where,
                       process::runner& processes, std::stop_token stop,
                       pb::AttemptResult& result);
  expected<void> repair(const pb::WorkUnit& unit, const place& where,
                        std::stop_token stop, pb::AttemptResult& result);
  expected<void> test(const pb::WorkUnit& unit, process::runner& processes,
                      std::stop_token stop, pb::AttemptResult& result);
  void clean();

  std::string worker_;
  const slot_runner_settings settings_;
  process::runner& processes_;
  std::shared_ptr<project_cache> projects_;
  std::optional<workspace::slot> slot_;
};

} // namespace cohort::runtime::execution
