#pragma once

#include <functional>
#include <optional>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Carries out assignments for one worker, one at a time. The worker actor
/// calls it; what it does takes long, so it answers through `done`.
///
/// Threads: `start` and `cancel` are called from one thread at a time and do
///          not block; `done` comes from any thread.
class unit_runner {
public:
  using completion = std::function<void(pb::AttemptResult)>;

  virtual ~unit_runner() = default;

  /// Starts the assignment. Returns the result at once when it took no time
  /// (a no-op); otherwise calls `done` exactly once. After a cancel `done` is
  /// called with errc::cancelled, once the process tree is dead and the slot is
  /// clean. REQUIRES: no other assignment is running.
  virtual std::optional<pb::AttemptResult>
  start(const pb::Assignment& assignment, completion done) = 0;

  /// `alive` is called from any thread whenever an assignment that takes long
  /// got further. Called before the first `start`.
  virtual void on_progress(std::function<void()> alive) = 0;

  /// Asks the running assignment, if any, to stop.
  virtual void cancel() = 0;
};

} // namespace cohort::runtime::execution
