#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "runtime/errc.hpp"
#include "runtime/execution/unit_runner.hpp"

namespace cohort::bench {

/// Units for waiting_runner, with tickets from 1.
inline messages::v1::SubmitUnits units_that_wait(uint64_t count) {
  messages::v1::SubmitUnits result;
  for (uint64_t ticket = 1; ticket <= count; ++ticket) {
    auto& unit = *result.add_units();
    unit.set_ticket(ticket);
    unit.set_task_id("bench");
    unit.mutable_specialty()->set_kind(messages::v1::SPECIALTY_KIND_GENERALIST);
    unit.mutable_noop();
  }
  return result;
}

/// Answers each assignment, on a thread of its own, when its time is over, or
/// when it is cancelled.
class waiting_runner final : public runtime::execution::unit_runner {
public:
  explicit waiting_runner(std::chrono::milliseconds time)
    : time_{time}, thread_{[this](std::stop_token stop) { loop(stop); }} {
    // nop
  }

  std::optional<messages::v1::AttemptResult>
  start(const messages::v1::Assignment&, completion done) override {
    std::lock_guard guard{mutex_};
    done_ = std::move(done);
    is_cancelled_ = false;
    changed_.notify_one();
    return std::nullopt;
  }

  void on_progress(std::function<void()>) override {
    // Nothing here takes long.
  }

  void cancel() override {
    std::lock_guard guard{mutex_};
    is_cancelled_ = true;
    changed_.notify_one();
  }

private:
  void loop(const std::stop_token& stop) {
    std::unique_lock guard{mutex_};
    while (changed_.wait(guard, stop, [this] { return done_ != nullptr; })) {
      auto done = std::exchange(done_, nullptr);
      messages::v1::AttemptResult result;
      if (changed_.wait_for(guard, stop, time_,
                            [this] { return is_cancelled_; }))
        result.mutable_error()->set_code(
          static_cast<uint32_t>(runtime::errc::cancelled));
      guard.unlock();
      done(std::move(result));
      guard.lock();
    }
  }

  const std::chrono::milliseconds time_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  completion done_;
  bool is_cancelled_ = false;
  std::jthread thread_; // Last: it uses all of the above.
};

} // namespace cohort::bench
