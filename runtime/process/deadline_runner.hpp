#pragma once

#include <chrono>

#include "runtime/process/runner.hpp"

namespace cohort::runtime::process {

/// Passes commands on; none runs for longer than until a point in time,
/// whatever its own deadline says. What comes when that is over times out.
///
/// Threads: ends_at belongs to whoever calls start.
class deadline_runner final : public runner {
public:
  using clock = std::chrono::steady_clock;

  explicit deadline_runner(runner& next) : next_{next} {
    // nop
  }

  /// time_point::max(): no limit. Holds for what starts from now on.
  void ends_at(clock::time_point when) {
    end_ = when;
  }

  void start(command what, std::stop_token stop, completion done) override;

private:
  runner& next_;
  clock::time_point end_ = clock::time_point::max();
};

} // namespace cohort::runtime::process
