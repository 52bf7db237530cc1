#pragma once

#include <memory>
#include <mutex>

#include "messages/v1/result.pb.h"
#include "runtime/process/runner.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Passes commands on, and counts what they cost.
class counting_runner final : public process::runner {
public:
  explicit counting_runner(process::runner& next)
    : next_{next}, costs_{std::make_shared<costs>()} {
    // nop
  }

  void start(process::command what, std::stop_token stop,
             completion done) override;

  /// Adds the cost of everything that ended so far.
  void add_to(pb::ExecutionMetrics& metrics) const;

private:
  struct costs {
    std::mutex mutex;
    double cpu_seconds = 0;
    uint32_t processes = 0;
  };
  process::runner& next_;
  std::shared_ptr<costs> costs_;
};

} // namespace cohort::runtime::execution
