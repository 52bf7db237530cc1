#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "runtime/execution/unit_runner.hpp"

namespace cohort::tests {

/// What a worker's runner was asked to do, and how a test answers for it.
struct runner_script {
  std::vector<messages::v1::Assignment> started;
  std::function<void(messages::v1::AttemptResult)> done; // Of the last start.
  std::function<void()> alive; // Says that the assignment got further.
  int cancels = 0;
  bool at_once = false; // Answer inside start().
  bool throws = false;  // start() throws.

  /// The last assignment ends, with what `fill` makes of its result.
  void
  finish(const std::function<void(messages::v1::AttemptResult&)>& fill = {}) {
    messages::v1::AttemptResult result;
    if (fill)
      fill(result);
    std::exchange(done, nullptr)(std::move(result));
  }
};

/// A unit_runner that does nothing by itself.
class fake_unit_runner final : public runtime::execution::unit_runner {
public:
  explicit fake_unit_runner(std::shared_ptr<runner_script> script)
    : script_{std::move(script)} {
    // nop
  }

  std::optional<messages::v1::AttemptResult>
  start(const messages::v1::Assignment& assignment, completion done) override {
    if (script_->throws)
      throw std::runtime_error{"the runner broke"};
    script_->started.push_back(assignment);
    if (script_->at_once)
      return messages::v1::AttemptResult{};
    script_->done = std::move(done);
    return std::nullopt;
  }

  void on_progress(std::function<void()> alive) override {
    script_->alive = std::move(alive);
  }

  void cancel() override {
    ++script_->cancels;
  }

private:
  std::shared_ptr<runner_script> script_;
};

} // namespace cohort::tests
